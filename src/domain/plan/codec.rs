//! How a value is written down: one rule for every front end. What is stored already is not turned
//! into another codec in passing.

use crate::domain::full::Codec;

/// The codec of a value that is written: that of the value that it replaces (`own`), else that of
/// the value that it is a copy of, else the configured one, else Base64.
#[must_use]
pub fn codec(own: Option<Codec>, copied: Option<Codec>, configured: Option<Codec>) -> Codec {
    own.or(copied).or(configured).unwrap_or(Codec::Base64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearer_decides_and_base64_is_the_last_word() {
        let (base64, plain) = (Some(Codec::Base64), Some(Codec::Plain));
        assert_eq!(codec(plain, base64, base64), Codec::Plain);
        assert_eq!(codec(None, plain, base64), Codec::Plain);
        assert_eq!(codec(None, None, plain), Codec::Plain);
        assert_eq!(codec(None, None, None), Codec::Base64);
    }
}
