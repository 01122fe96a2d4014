"""Prepares a JSON list of strings with SASLprep (RFC 4013) by the tables of Python's `stringprep` module, Unicode
3.2 as the RFC has it; prints the results: null for a refused string, false for one with characters unassigned there.
Run by saslprep-python.test.ts."""

import json
import stringprep as tables
import sys

normalize = tables.unicodedata.normalize  # that of Unicode 3.2

PROHIBITED = (
    tables.in_table_c12,
    tables.in_table_c21_c22,
    tables.in_table_c3,
    tables.in_table_c4,
    tables.in_table_c5,
    tables.in_table_c6,
    tables.in_table_c7,
    tables.in_table_c8,
    tables.in_table_c9,
)


def prepare(text):
    if any(tables.in_table_a1(character) for character in text):
        return False
    spaced = ''.join(' ' if tables.in_table_c12(character) else character for character in text)
    mapped = ''.join(character for character in spaced if not tables.in_table_b1(character))
    result = normalize('NFKC', mapped)
    if any(table(character) for character in result for table in PROHIBITED):
        return None
    if any(tables.in_table_d1(character) for character in result):
        if any(tables.in_table_d2(character) for character in result):
            return None
        if not (tables.in_table_d1(result[0]) and tables.in_table_d1(result[-1])):
            return None
    return result or None


json.dump([prepare(text) for text in json.load(sys.stdin)], sys.stdout)
