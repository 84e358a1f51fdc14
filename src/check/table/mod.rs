//! Errors against the tables of the language: options, attributes, methods, states, tests. One file a table.
