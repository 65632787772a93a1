"""Holds JSON documents against a JSON schema: validate.py SCHEMA DOCUMENT...

Prints what is wrong and where, and exits 1; 0 when all documents are valid.
"""

import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
kind = jsonschema.validators.validator_for(schema)
kind.check_schema(schema)
validator = kind(schema, format_checker=jsonschema.FormatChecker())
wrong = 0
for name in sys.argv[2:]:
    with open(name, encoding="utf-8") as file:
        document = json.load(file)
    for error in validator.iter_errors(document):
        print(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
        wrong += 1
sys.exit(1 if wrong else 0)
