"""What is no matter of another round: secrets in a change, and migrations that lose data."""

from __future__ import annotations

from typing import Any

import pytest

from pullcord.gates.forbidden import Forbidden

KEY = "AKIA" + "JHTLGMXGEDN73U55"
WORD = "ZVR3Mv2RFnVjh9XxeUpEHicLzXKhcCtEzmn395WX"
TOKEN = "ghp_" + "N2Z3d9B4zrb9mmPxFDxceqzJs8UhDmJLgcXU"
MIGRATION = "supabase/migrations/0002_next.sql"
TABLE = """create table public.goals (id uuid primary key, notes text);
alter table public.goals enable row level security;
create policy goals_owner on public.goals for all to authenticated using (true);
"""
OLD = {"app/a.py": "A = 1\n", "supabase/migrations/0001_goals.sql": TABLE}


async def found(make_case: Any, after: dict[str, str], before: Any = None) -> Any:
    before = OLD if before is None else before
    return (await Forbidden().judge(make_case(before, {**before, **after}))).findings


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/a.py", f'EXPORT_KEY_ID = "{KEY}"\n'),
        ("app/a.py", f'EXPORT_SECRET = "{WORD}"\n'),
        ("docs/temp/agent_x.md", f"Pushed with {TOKEN} again.\n"),
        ("tests/fixtures/signing.pem", "-----BEGIN RSA PRIVATE KEY-----\nRbb8hFLebmT9\n"),
        ("deploy/app.env", f"API_KEY={WORD}\n"),
        ("app/config.yaml", "database: postgres://app:kJ8sd7Gh2k@db.acme.io:5432/app\n"),
        ("app/a.py", 'import os\nS = os.environ.get("JWT_SECRET", "open-sesame-for-all")\n'),
        ("web/config.json", f'{{"api_token": "{WORD}"}}\n'),
        ("app/a.py", 'db_password = "Sommer2024!"\n'),
    ],
)
async def test_a_secret_is_an_alarm_in_any_file_and_is_not_repeated(
    make_case: Any, path: str, text: str
) -> None:
    (finding,) = await found(make_case, {path: text})

    assert (finding.rule, finding.alarm, finding.path) == ("secret", "security", path)
    assert "…" in finding.message
    for secret in (KEY, WORD, TOKEN, "Rbb8hF", "kJ8sd", "sesame", "Sommer2"):
        assert secret not in finding.message


@pytest.mark.parametrize(
    "text",
    [
        'URL = "postgresql://user:password@localhost/app"\n',
        'headers = {"Authorization": "Bearer test-token"}\n',
        'SECRET = "test-secret-not-used-anywhere-else"\n',
        'password = "pw-1234"\n',
        "KEY = 'AKIAIOSFODNN7EXAMPLE'\n",
        'token_url = "https://auth.example.com/oauth/token1"\n',
        'token: str = Depends(current_token)\napi_key = os.environ["API_KEY_2"]\n',
        "password_hash = '$2b$12$KIXQh1x9mYw3Zr8v5t7u9e'\n",
        "secret: docs/temp/agent_20261122_120000_python-test-engineer_test.md:12\n",
        "token: tests/api/test_2026_tokens.py:88:\n",
        'monkeypatch.setenv("JWT_SECRET", "x" * 32)\n',
    ],
)
async def test_an_obvious_dummy_is_none(make_case: Any, text: str) -> None:
    change = {"tests/test_a.py": text, "docs/temp/notes.md": text}
    assert not [f for f in await found(make_case, change) if f.alarm]


async def test_a_secret_that_was_there_is_no_new_one_and_its_line_is_not_its_name(
    make_case: Any, tmp_path: Any
) -> None:
    old = {"app/a.py": f'SECRET = "{WORD}"\n'}
    moved = {"app/b.py": f'"""B."""\n\nSECRET = "{WORD}"\n', "app/a.py": "A = 1\n"}
    assert await found(make_case, moved, old) == ()


async def test_two_secrets_that_begin_alike_are_two_findings(make_case: Any) -> None:
    other = WORD[:-4] + "7hQ2"
    text = f'A_SECRET = "{WORD}"\nA_SECRET = "{other}"\n'
    first, second = await found(make_case, {"app/a.py": text})
    assert first.id != second.id
    assert first.id == first.model_copy(update={"line": 99}).id


async def test_no_secret_hides_behind_many(make_case: Any) -> None:
    text = "".join(f'SECRET_{n} = "{WORD[:-2]}{n}"\n' for n in range(10, 40))
    findings = await found(make_case, {"app/a.py": text})
    assert "10 more secrets" in findings[-1].message
    assert all(finding.alarm == "security" for finding in findings)


@pytest.mark.parametrize(
    "statement",
    [
        "drop table public.goals;",
        "DROP TABLE IF EXISTS goals CASCADE;",
        "alter table public.goals drop column notes;",
        "alter table goals drop notes;",
        "alter table public.goals add column a int, drop column if exists notes;",
        "alter table public.goals disable row level security;",
        "alter table goals no force row level security;",
        "drop policy goals_owner on public.goals;",
        "grant select on public.goals to anon;",
        "grant all\n  on all tables in schema public to authenticated, public;",
        "delete from public.goals where notes is null;",
        "truncate goals;",
        "do $$ begin truncate table goals; end $$;",
        "drop schema private cascade;",
    ],
)
async def test_a_migration_that_loses_or_opens_data_is_an_alarm(
    make_case: Any, statement: str
) -> None:
    (finding,) = await found(make_case, {MIGRATION: f"-- next\n{statement}\n"})

    assert (finding.rule, finding.alarm, finding.line) == ("data-risk", "data", 2)


@pytest.mark.parametrize(
    "text",
    [
        TABLE.replace("goals", "plans"),
        "-- drop table goals;\n/* truncate goals; */\nselect 'delete from goals';\n",
        "alter table goals drop constraint goals_key, alter column notes drop default;\n",
        "alter table goals alter column notes drop not null;\n",
        "drop policy goals_owner on goals;\ncreate policy goals_owner on goals using (false);\n",
        "create temp table copy as select 1;\ndrop table copy;\n",
        "create function f() returns void as $$ begin delete from goals; end $$ language sql;\n",
        "drop index goals_idx;\ndrop trigger t on goals;\ndrop view v;\n",
        "revoke all on goals from anon, public;\ngrant select on goals to authenticated;\n",
        "create table public.b (a uuid references goals (id) on delete cascade);\n"
        "alter table public.b enable row level security;\n",
    ],
)
async def test_an_honest_migration_is_none(make_case: Any, text: str) -> None:
    assert await found(make_case, {MIGRATION: text}) == ()


async def test_the_way_back_of_a_migration_in_python_is_none(make_case: Any) -> None:
    text = (
        "def upgrade() -> None:\n    op.drop_column('goals', 'notes')\n"
        "    op.execute('truncate goals')\n\n\n"
        "def downgrade() -> None:\n    op.drop_table('goals')\n"
    )
    findings = await found(make_case, {"alembic/versions/0002_next.py": text})
    assert [(f.alarm, f.line) for f in findings] == [("data", 2), ("data", 3)]


async def test_a_migration_of_the_base_is_not_rewritten(make_case: Any) -> None:
    text = TABLE.replace(", notes text", "")
    (finding,) = await found(make_case, {"supabase/migrations/0001_goals.sql": text})
    assert (finding.rule, finding.alarm) == ("migration", "")


async def test_a_table_that_everybody_could_read_goes_back_to_its_agent(make_case: Any) -> None:
    text = "create table public.plans (id uuid);\n"
    (finding,) = await found(make_case, {MIGRATION: text})
    assert (finding.rule, finding.alarm) == ("row-security", "")
