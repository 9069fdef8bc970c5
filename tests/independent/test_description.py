"""`docs/openapi.json` is a valid description (OpenAPI 3.1): `python3 tests/independent/test_description.py`."""

from __future__ import annotations

import copy
import json
import unittest
from pathlib import Path
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

DESCRIPTION = Path(__file__).parents[2] / "docs/openapi.json"


class Description(unittest.TestCase):
    def setUp(self) -> None:
        self.description: dict[str, Any] = json.loads(DESCRIPTION.read_text())

    def errors(self, description: dict[str, Any]) -> list[str]:
        return [error.message for error in OpenAPIV31SpecValidator(description).iter_errors()]

    def test_it_is_valid(self) -> None:
        self.assertEqual(self.description["openapi"][:4], "3.1.")
        self.assertEqual(self.errors(self.description), [])

    def test_what_is_not_valid_is_noticed(self) -> None:
        wrong = copy.deepcopy(self.description)
        del wrong["paths"]["/api/v1/sign-ins"]["post"]["responses"]["201"]["description"]
        self.assertNotEqual(self.errors(wrong), [])
        wrong = copy.deepcopy(self.description)
        wrong["components"]["schemas"]["Problem"]["type"] = "text"
        self.assertNotEqual(self.errors(wrong), [])


if __name__ == "__main__":
    unittest.main()
