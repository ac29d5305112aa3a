//! Texts that the wire needs in another form: keys, which are bytes there, and the node's address,
//! which is shown without anything secret.

/// Bytes that are no UTF-8 (0x80 to 0xFF) stand in a key's text as one character each, this plus
/// the byte: the last 128 characters of Unicode, which nobody uses, so that every key has a text
/// of its own.
const ODD: u32 = 0x10_FF00;

/// The first of these characters.
const FIRST_ODD: u32 = ODD + 0x80;

/// A key's bytes as text: UTF-8 as it is, every other byte as one unused character.
pub(super) fn of_key(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if u32::from(c) >= FIRST_ODD {
                let mut buffer = [0; 4];
                push_odd(&mut text, c.encode_utf8(&mut buffer).as_bytes());
            } else {
                text.push(c);
            }
        }
        push_odd(&mut text, chunk.invalid());
    }
    text
}

fn push_odd(text: &mut String, bytes: &[u8]) {
    let odd = bytes
        .iter()
        .filter_map(|b| char::from_u32(ODD + u32::from(*b)));
    text.extend(odd);
}

/// The bytes of a key's text: the inverse of [`of_key`].
pub(super) fn key_bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        let odd = (u32::from(c) >= FIRST_ODD).then(|| u8::try_from(u32::from(c) - ODD));
        match odd {
            Some(Ok(byte)) => bytes.push(byte),
            _ => bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// The parts of a node's URL that matter here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Address {
    /// Scheme, host, port and path; no user, password or query.
    pub(super) shown: String,
    /// Host name or number, without the brackets of IPv6.
    pub(super) host: String,
    /// The port, that of the scheme by default.
    pub(super) port: u16,
}

impl Address {
    /// Reads `http://host:port/path`. The error says what is wrong in words, without the text.
    pub(super) fn parse(url: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = url
            .split_once("://")
            .ok_or("has no scheme: it must start with http:// or https://")?;
        let default = match scheme.to_ascii_lowercase().as_str() {
            "http" => 80,
            "https" => 443,
            _ => return Err("must start with http:// or https://"),
        };
        let rest = rest.split(['?', '#']).next().unwrap_or("");
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let place = authority.rsplit('@').next().unwrap_or("");
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (place, None),
        };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if bare.is_empty() {
            return Err("names no host");
        }
        let port = match port {
            None => default,
            Some(port) => port
                .parse()
                .ok()
                .ok_or("has a port that is no number up to 65535")?,
        };
        Ok(Self {
            shown: format!("{scheme}://{place}{}", path.trim_end_matches('/')),
            host: bare.to_owned(),
            port,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_key_has_a_text_that_leads_back(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(key_bytes(&of_key(&bytes)), bytes);
        }

        #[test]
        fn a_key_that_is_text_is_its_own_text(text in "[\\PC&&[^\u{10FF80}-\u{10FFFF}]]{0,20}") {
            prop_assert_eq!(of_key(text.as_bytes()), text);
        }
    }

    #[test]
    fn only_the_last_characters_of_unicode_stand_for_bytes() {
        for plain in ["a\u{10FF7F}", "memcells:é"] {
            assert_eq!(of_key(plain.as_bytes()), plain);
            assert_eq!(key_bytes(plain), plain.as_bytes());
        }
        let key = "a\u{10FF80}".as_bytes();
        assert_eq!(key_bytes(&of_key(key)), key);
        assert_ne!(of_key(key), of_key(b"a\x80"));
    }

    #[test]
    fn an_address_shows_no_secret() {
        let address = Address::parse("http://user:pa@ss@node:6789/kv/?key=secret#x").unwrap();
        assert_eq!(address.shown, "http://node:6789/kv");
        assert_eq!((address.host.as_str(), address.port), ("node", 6789));
        let v6 = Address::parse("https://[::1]").unwrap();
        assert_eq!((v6.host.as_str(), v6.port), ("::1", 443));
        assert_eq!(v6.shown, "https://[::1]");
    }

    #[test]
    fn a_text_that_is_no_address_says_why() {
        assert!(Address::parse("node:6789").unwrap_err().contains("scheme"));
        assert!(
            Address::parse("ftp://node")
                .unwrap_err()
                .contains("http://")
        );
        assert!(
            Address::parse("http://:80")
                .unwrap_err()
                .contains("no host")
        );
        assert!(
            Address::parse("http://a:99999")
                .unwrap_err()
                .contains("port")
        );
    }
}
