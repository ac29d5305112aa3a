//! What the doctor says, step by step.
