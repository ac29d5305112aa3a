//! Large documents.
