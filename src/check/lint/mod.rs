//! Warnings: what a program can hardly mean. One file a lint.
