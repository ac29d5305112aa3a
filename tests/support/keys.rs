//! Keys by their names, as the bytes that a terminal sends for them.

/// The bytes of `keys`: text as it is, `<…>` for the rest, `<lt>` for `<` itself.
///
/// `<esc> <tab> <s-tab> <enter> <space> <bs> <del> <up> <down> <left> <right> <home> <end> <pgup>
/// <pgdn> <ins> <f1>`…`<f12>`, with control `<c-x>` (a letter or one of `@[\]^_`), with alt `<a-x>`,
/// and `<c-up>`, `<s-up>`, `<a-up>` for the arrows, home and end.
pub(crate) fn bytes_of(keys: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = keys;
    while let Some(at) = rest.find('<') {
        bytes.extend(rest[..at].bytes());
        let end = at
            + rest[at..]
                .find('>')
                .unwrap_or_else(|| panic!("`<` without `>`: {keys}"));
        bytes.extend(key(&rest[at + 1..end]));
        rest = &rest[end + 1..];
    }
    bytes.extend(rest.bytes());
    bytes
}

const PLAIN: &[(&str, &str)] = &[
    ("lt", "<"),
    ("esc", "\x1b"),
    ("tab", "\t"),
    ("s-tab", "\x1b[Z"),
    ("enter", "\r"),
    ("space", " "),
    ("bs", "\x7f"),
    ("del", "\x1b[3~"),
    ("ins", "\x1b[2~"),
    ("pgup", "\x1b[5~"),
    ("pgdn", "\x1b[6~"),
    ("f1", "\x1bOP"),
    ("f2", "\x1bOQ"),
    ("f3", "\x1bOR"),
    ("f4", "\x1bOS"),
    ("f5", "\x1b[15~"),
    ("f6", "\x1b[17~"),
    ("f7", "\x1b[18~"),
    ("f8", "\x1b[19~"),
    ("f9", "\x1b[20~"),
    ("f10", "\x1b[21~"),
    ("f11", "\x1b[23~"),
    ("f12", "\x1b[24~"),
];

const MOVING: &[(&str, char)] = &[
    ("up", 'A'),
    ("down", 'B'),
    ("right", 'C'),
    ("left", 'D'),
    ("home", 'H'),
    ("end", 'F'),
];

const MODIFIERS: &[(&str, u8)] = &[("s-", 2), ("a-", 3), ("c-", 5)];

fn moving(name: &str) -> Option<char> {
    MOVING
        .iter()
        .find(|(moving, _)| *moving == name)
        .map(|(_, last)| *last)
}

fn key(name: &str) -> Vec<u8> {
    if let Some((_, sent)) = PLAIN.iter().find(|(plain, _)| *plain == name) {
        return sent.as_bytes().to_vec();
    }
    if let Some(last) = moving(name) {
        return format!("\x1b[{last}").into_bytes();
    }
    for (prefix, modifier) in MODIFIERS {
        let Some(rest) = name.strip_prefix(prefix) else {
            continue;
        };
        if let Some(last) = moving(rest) {
            return format!("\x1b[1;{modifier}{last}").into_bytes();
        }
        match (*prefix, rest.as_bytes()) {
            ("c-", [letter @ (b'@'..=b'_' | b'a'..=b'z')]) => return vec![letter & 0x1f],
            ("a-", [letter]) => return vec![0x1b, *letter],
            _ => {}
        }
    }
    panic!("there is no key `<{name}>`")
}
