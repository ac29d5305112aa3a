//! Finds the paths that a Rust source names: in `use` items and written out in the code.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path and the line where it stands, resolved: `crate::…` or `some_crate::…`.
#[derive(Debug, PartialEq)]
pub(crate) struct Named {
    pub(crate) line: usize,
    pub(crate) path: String,
}

/// All paths into the crate, into `crates` and into the standard library that `source`, the file of
/// `module`, names outside of `#[cfg(test)]` modules. `Err` has the line where it is not Rust.
pub(crate) fn named_paths(
    source: &str,
    module: &str,
    crates: &BTreeSet<String>,
) -> Result<Vec<Named>, usize> {
    let tokens: TokenStream = source
        .parse()
        .map_err(|fault: proc_macro2::LexError| fault.span().start().line)?;
    let module = module
        .split("::")
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    let mut walk = Walk {
        module,
        crates,
        found: Vec::new(),
    };
    walk.tokens(&tokens.into_iter().collect::<Vec<_>>());
    Ok(walk.found)
}

struct Walk<'a> {
    module: Vec<String>,
    crates: &'a BTreeSet<String>,
    found: Vec<Named>,
}

impl Walk<'_> {
    fn tokens(&mut self, tokens: &[TokenTree]) {
        let mut at = 0;
        let mut for_tests = false;
        while let Some(token) = tokens.get(at) {
            at += match token {
                TokenTree::Group(group) => {
                    for_tests |= at > 0 && is(&tokens[at - 1], '#') && is_cfg_test(&group.stream());
                    self.tokens(&list(group.stream()));
                    1
                }
                TokenTree::Ident(word) if word == "use" => self.use_item(&tokens[at..]),
                TokenTree::Ident(word) if word == "mod" => {
                    let used = self.module_item(&tokens[at..], for_tests);
                    for_tests = false;
                    used
                }
                TokenTree::Ident(_) if !continues_a_path(tokens, at) => {
                    self.written_out(&tokens[at..])
                }
                _ => 1,
            };
            // an attribute belongs to the next item, which ends with a body or a semicolon
            let ends = matches!(tokens.get(at - 1), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Brace);
            if ends || is(&tokens[at - 1], ';') {
                for_tests = false;
            }
        }
    }

    /// `mod name { … }` is one step deeper; for tests it is left out.
    fn module_item(&mut self, tokens: &[TokenTree], for_tests: bool) -> usize {
        let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
            (tokens.get(1), tokens.get(2))
        else {
            return 1;
        };
        if !for_tests {
            self.module.push(name.to_string());
            self.tokens(&list(body.stream()));
            self.module.pop();
        }
        3
    }

    fn use_item(&mut self, tokens: &[TokenTree]) -> usize {
        if tokens.get(1).is_some_and(|token| is(token, '<')) {
            return 1; // `impl Trait + use<'a>`
        }
        let end = tokens
            .iter()
            .position(|token| is(token, ';'))
            .unwrap_or(tokens.len());
        self.use_tree(&tokens[1..end], &[]);
        end
    }

    /// One tree of a `use`: `a::b`, `a::{b, c as d}`, `a::*`.
    fn use_tree(&mut self, tokens: &[TokenTree], before: &[String]) {
        let mut path = before.to_vec();
        let mut line = None;
        for token in tokens {
            match token {
                TokenTree::Ident(word) if word == "as" => break,
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == '*' => path.push("*".to_owned()),
                TokenTree::Group(group) => {
                    let inner = list(group.stream());
                    for tree in inner
                        .split(|token| is(token, ','))
                        .filter(|tree| !tree.is_empty())
                    {
                        self.use_tree(tree, &path);
                    }
                    return;
                }
                _ => continue,
            }
            line.get_or_insert(token.span().start().line);
        }
        if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
            path.pop();
        }
        if let Some(line) = line {
            self.keep(line, &path);
        }
    }

    /// `crate::a::b(…)` or `tokio::time::sleep(…)` in the middle of code.
    fn written_out(&mut self, tokens: &[TokenTree]) -> usize {
        let mut path = Vec::new();
        let mut used = 0;
        while let Some(TokenTree::Ident(word)) = tokens.get(used) {
            path.push(word.to_string());
            used += 1;
            let colons = tokens
                .get(used..used + 2)
                .is_some_and(|two| two.iter().all(|t| is(t, ':')));
            if !colons || !matches!(tokens.get(used + 2), Some(TokenTree::Ident(_))) {
                break;
            }
            used += 2;
        }
        if path.len() > 1 {
            self.keep(tokens[0].span().start().line, &path);
        }
        used
    }

    fn keep(&mut self, line: usize, path: &[String]) {
        let mut here = self.module.clone();
        let mut rest = path;
        let first = path[0].as_str();
        if first == "crate" || first == "dualscope" {
            (here, rest) = (Vec::new(), &path[1..]);
        } else if first == "super" || first == "self" {
            while let Some(step) = rest
                .first()
                .filter(|step| *step == "super" || *step == "self")
            {
                if step == "super" {
                    here.pop();
                }
                rest = &rest[1..];
            }
        } else {
            let outside = self.crates.contains(first) || ["std", "core", "alloc"].contains(&first);
            // anything else is a name from this file, except that a type may be asked for the time
            if outside || path.last().is_some_and(|last| last == "now") {
                self.found.push(Named {
                    line,
                    path: path.join("::"),
                });
            }
            return;
        }
        here.extend(rest.iter().cloned());
        self.found.push(Named {
            line,
            path: format!("crate::{}", here.join("::")),
        });
    }
}

fn list(stream: TokenStream) -> Vec<TokenTree> {
    stream.into_iter().collect()
}

fn is(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

fn is_cfg_test(attribute: &TokenStream) -> bool {
    attribute.to_string().replace(' ', "") == "cfg(test)"
}

/// Is the word at `at` the middle of a path or a field, not the start of a path?
fn continues_a_path(tokens: &[TokenTree], at: usize) -> bool {
    let before = |steps: usize, sign| at >= steps && is(&tokens[at - steps], sign);
    (before(1, ':') && before(2, ':')) || (before(1, '.') && !before(2, '.'))
}
