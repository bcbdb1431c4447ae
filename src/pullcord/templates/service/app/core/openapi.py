"""The service's description of itself."""

from typing import Any

from fastapi import FastAPI

from app.core.errors import PROBLEM_JSON


class Service(FastAPI):
    """A FastAPI application whose errors are documented as the problem documents they are."""

    def openapi(self) -> dict[str, Any]:
        if not self.openapi_schema:
            for operations in super().openapi()["paths"].values():
                for operation in operations.values():
                    _document_problems(operation["responses"])
                    _document_parameters(operation.get("parameters", []))
            self.openapi_schema = _without_needless_fractions(super().openapi())
        return super().openapi()


def _without_needless_fractions(node: Any) -> Any:
    """Write bounds as people do: 52, not 52.0."""
    if isinstance(node, dict):
        return {key: _without_needless_fractions(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_without_needless_fractions(value) for value in node]
    return int(node) if isinstance(node, float) and node.is_integer() else node


def _document_problems(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if not status.startswith("2"):
            response["content"] = {PROBLEM_JSON: response["content"]["application/json"]}


def _document_parameters(parameters: list[dict[str, Any]]) -> None:
    """A parameter that may be left out is no parameter that may be null."""
    for parameter in parameters:
        schema = parameter["schema"]
        types = [type_ for type_ in schema.pop("anyOf", []) if type_ != {"type": "null"}]
        if len(types) == 1:
            schema.update(types[0])
        elif types:
            schema["anyOf"] = types
