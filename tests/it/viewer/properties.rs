//! What holds for every document and every sequence of keys.
