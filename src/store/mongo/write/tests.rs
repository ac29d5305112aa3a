//! What is sent, and what is made of the answers; no server needed.
