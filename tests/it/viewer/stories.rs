//! What keys do in a document: state, action, state.
