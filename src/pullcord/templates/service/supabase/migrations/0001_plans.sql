create table public.plans (
    id uuid primary key default gen_random_uuid(),
    user_id text not null,
    title text collate "C" not null,
    description text collate "C",
    starts_on date not null,
    weeks bigint not null,
    level text collate "C" not null default 'beginner',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint plans_owner_key unique (user_id, id),
    constraint plans_title_key unique (user_id, title),
    constraint plans_title_check check (char_length(title) between 1 and 120),
    constraint plans_weeks_check check (weeks between 1 and 52),
    constraint plans_level_check check (level in ('beginner', 'intermediate', 'advanced'))
);

create index plans_newest_first on public.plans (user_id, created_at desc, id);

alter table public.plans enable row level security;
alter table public.plans force row level security;

create policy plans_owner on public.plans
    for all to authenticated
    using (user_id = (select auth.jwt() ->> 'sub'))
    with check (user_id = (select auth.jwt() ->> 'sub'));

revoke all on public.plans from anon, authenticated;
grant select, insert, update, delete on public.plans to authenticated;
