//! How the stand-in reads a `StringSlice` argument.

use pretty_assertions::assert_eq;
use proptest::prelude::*;

#[path = "../../devnet/client/csv.rs"]
mod client;

use client::fields;

use crate::support::devnet::quoted;

#[test]
fn arguments_are_read_as_the_real_program_reads_them() {
    let rows: [(&[u8], &[&[u8]]); 23] = [
        (b"", &[]),
        (b"a,b", &[b"a", b"b"]),
        (b",", &[b"", b""]),
        (b",,", &[b"", b"", b""]),
        (b"\"a\",", &[b"a", b""]),
        (b"\"\"", &[b""]),
        (b"\"a,b\"", &[b"a,b"]),
        (b"\"a\"\"b\"", &[b"a\"b"]),
        (b" a ,b ", &[b" a ", b"b "]),
        (b"\"a\nb\"", &[b"a\nb"]),
        (b"a\nb", &[b"a"]),
        (b"\"a\"\n\"b\"", &[b"a"]),
        (b"\na", &[b"a"]),
        (b"\r\n\na", &[b"a"]),
        (b"\"a\r\nb\"", &[b"a\nb"]),
        (b"\"a\r\r\nb\"", &[b"a\r\nb"]),
        (b"a\r", &[b"a"]),
        (b"\"a\r\"", &[b"a\r"]),
        (b"\"a\rb\"", &[b"a\rb"]),
        (b"a\rb", &[b"a\rb"]),
        (b"a,\"b\r\"\r\nc", &[b"a", b"b\r"]),
        (b"-x,[\\", &[b"-x", b"[\\"]),
        (b"\xef\xbb\xbf\x01\x7f\xff", &[b"\xef\xbb\xbf\x01\x7f\xff"]),
    ];
    for (argument, wanted) in rows {
        let read = fields(argument).unwrap();
        assert_eq!(read, wanted, "{}", argument.escape_ascii());
    }
}

#[test]
fn what_cannot_be_read_is_said_in_its_words() {
    let rows = [
        (
            "a\"b",
            "parse error on line 1, column 2: bare \" in non-quoted-field",
        ),
        (
            " \"a\"",
            "parse error on line 1, column 2: bare \" in non-quoted-field",
        ),
        (
            "{\"k\":1}",
            "parse error on line 1, column 2: bare \" in non-quoted-field",
        ),
        (
            "\"a\"b",
            "parse error on line 1, column 3: extraneous or missing \" in quoted-field",
        ),
        (
            "\"a",
            "parse error on line 1, column 3: extraneous or missing \" in quoted-field",
        ),
        ("\n", "EOF"),
        ("\n\r\n", "EOF"),
    ];
    for (argument, why) in rows {
        assert_eq!(
            fields(argument.as_bytes()),
            Err(why.to_owned()),
            "{argument:?}"
        );
    }
}

proptest! {
    #[test]
    fn quoted_fields_come_back_whatever_they_hold(
        all in prop::collection::vec(prop::collection::vec(prop::sample::select(b"\r\n\",a\\ \xff\0".as_slice()), 0..8), 1..5)
    ) {
        let argument = all.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(&b',');
        prop_assert_eq!(fields(&argument), Ok(all));
    }

    #[test]
    fn no_argument_at_all_breaks_it(bytes in prop::collection::vec(prop::sample::select(b"\r\n\",a ".as_slice()), 0..12)) {
        let read = fields(&bytes);
        // Only an empty argument is no field; only a quote or nothing but blank lines is a fault.
        prop_assert_eq!(matches!(&read, Ok(all) if all.is_empty()), bytes.is_empty());
        if read.is_err() {
            let blank = bytes.iter().all(|byte| b"\r\n".contains(byte));
            prop_assert!(blank || bytes.contains(&b'"'));
        }
    }
}
