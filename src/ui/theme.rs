//! Roles and how they look. Everybody who draws names a role; only themes know colours.
//!
//! A colour is fitted to what the terminal can show when a theme is read, not when a cell is
//! drawn. Without colour no style here has one, so none can reach the output.

mod color;

use std::fmt;

use ratatui::style::{Color, Modifier, Style};

pub use color::{Depth, Surroundings, When};

use crate::domain::state;
use color::Ground;

/// The themes that come with the program.
const BUILT_IN: &str = include_str!("../../assets/theme.toml");

macro_rules! roles {
    ($($role:ident $name:literal)+) => {
        /// What something on the screen is.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[expect(missing_docs, reason = "each is what its name in theme files says")]
        pub enum Role { $($role,)+ }

        impl Role {
            /// Every role with its name in theme files.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$role, $name),)+];
        }
    };
}

roles! {
    Text "text"
    Dim "dim"
    Ok "ok"
    Warn "warn"
    Bad "bad"
    Info "info"
    Error "error"
    Border "border"
    BorderFocused "border-focused"
    Title "title"
    Header "header"
    Badge "badge"
    Column "column"
    Footer "footer"
    FooterKey "footer-key"
    FooterOff "footer-off"
    Progress "progress"
    Tab "tab"
    TabActive "tab-active"
    Selected "selected"
    SelectedUnfocused "selected-unfocused"
    Marked "marked"
    Match "match"
    MatchHere "match-here"
    Input "input"
    InputError "input-error"
    Placeholder "placeholder"
    Cursor "cursor"
    JsonKey "json-key"
    JsonString "json-string"
    JsonNumber "json-number"
    JsonBool "json-bool"
    JsonNull "json-null"
    JsonPunctuation "json-punctuation"
    Folded "folded"
    Escape "escape"
    Type "type"
    DiffSame "diff-same"
    DiffDiffers "diff-differs"
    DiffLite "diff-lite"
    DiffFull "diff-full"
    DiffMissing "diff-missing"
    DiffType "diff-type"
    DiffIgnored "diff-ignored"
}

impl Role {
    fn of(name: &str) -> Option<Self> {
        let row = Self::ALL.iter().find(|(_, known)| *known == name);
        row.map(|(role, _)| *role)
    }
}

impl From<state::Role> for Role {
    fn from(role: state::Role) -> Self {
        match role {
            state::Role::Ok => Self::Ok,
            state::Role::Warn => Self::Warn,
            state::Role::Bad => Self::Bad,
            state::Role::Info => Self::Info,
            state::Role::Dim => Self::Dim,
            state::Role::Plain => Self::Text,
        }
    }
}

/// What is wrong with a theme: where, what, and what to write instead.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ThemeFault(String);

/// A style for every role.
#[derive(Clone, PartialEq, Eq)]
pub struct Theme {
    styles: Vec<Style>,
    ground: Ground,
    depth: Depth,
}

impl fmt::Debug for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Theme({:?}, {:?})", self.ground, self.depth)
    }
}

impl Default for Theme {
    /// Without colour, as it suits every terminal and every test.
    fn default() -> Self {
        let styles = vec![Style::new(); Role::ALL.len()];
        let mut theme = Self {
            styles,
            ground: Ground::Dark,
            depth: Depth::None,
        };
        // that the built-in file is whole is a test below
        let _ = theme.take(&built_in("mono"), "mono");
        theme
    }
}

impl Theme {
    /// The theme of this name: `auto`, one that comes with the program, or one that `find` knows,
    /// which gives the text of the file of a name.
    ///
    /// # Errors
    /// There is no such theme, its name is none that a file there can have, or its file is wrong.
    pub fn load(
        name: &str,
        depth: Depth,
        around: &Surroundings,
        find: impl FnOnce(&str) -> Option<String>,
    ) -> Result<Self, ThemeFault> {
        let name = match name {
            "auto" if around.is_light() => "light",
            "auto" => "dark",
            name => name,
        };
        let named = match name {
            "dark" => Self::based(Ground::Dark, depth),
            "light" => Self::based(Ground::Light, depth),
            "mono" => Ok(Self::default()),
            // It stays in the folder of themes.
            _ if name.starts_with('.') || name.contains(['/', '\\', '\0']) => {
                Err(ThemeFault(format!(
                    "{name:?} is not the name of a theme: write the name of a file in the folder of themes, without folders and without .toml"
                )))
            }
            _ => match find(name) {
                Some(text) => Self::read(name, &text, depth),
                None => Err(ThemeFault(format!(
                    "there is no theme `{name}`: use auto, dark, light, mono, or write themes/{name}.toml"
                ))),
            },
        }?;
        // a wrong file is told even where nobody would see its colours
        Ok(if depth == Depth::None {
            Self::default()
        } else {
            named
        })
    }

    /// How a role looks.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        // every role has its place
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// Whether any colour is in it.
    #[must_use]
    pub fn has_color(&self) -> bool {
        self.depth != Depth::None
    }

    fn based(ground: Ground, depth: Depth) -> Result<Self, ThemeFault> {
        let mut theme = Self {
            styles: vec![Style::new(); Role::ALL.len()],
            ground,
            depth,
        };
        let name = match ground {
            Ground::Dark => "dark",
            Ground::Light => "light",
        };
        theme.take(&built_in(name), name)?;
        Ok(theme)
    }

    fn read(name: &str, text: &str, depth: Depth) -> Result<Self, ThemeFault> {
        let mut roles: toml::Table = text
            .parse()
            .map_err(|error| ThemeFault(format!("theme `{name}`: {error}")))?;
        let ground = match roles.remove("base").as_ref().map(toml::Value::as_str) {
            None | Some(Some("dark")) => Ground::Dark,
            Some(Some("light")) => Ground::Light,
            _ => {
                let said = format!("theme `{name}`: base is \"dark\" or \"light\"");
                return Err(ThemeFault(said));
            }
        };
        let mut theme = Self::based(ground, depth)?;
        theme.take(&roles, name)?;
        Ok(theme)
    }

    fn take(&mut self, roles: &toml::Table, theme: &str) -> Result<(), ThemeFault> {
        for (name, value) in roles {
            let fault = |said: String| ThemeFault(format!("theme `{theme}`: {said}"));
            let role = Role::of(name).ok_or_else(|| fault(unknown(name)))?;
            let said = value.as_str();
            let style = said.and_then(|text| style(text, self.ground, self.depth));
            self.styles[role as usize] = style.ok_or_else(|| {
                fault(format!(
                    "{name} = {value} is not a style; write it like \"#ff5555 on default bold\""
                ))
            })?;
        }
        Ok(())
    }
}

fn unknown(name: &str) -> String {
    let distance = |(_, known): &&(Role, &str)| strsim::damerau_levenshtein(name, known);
    match Role::ALL.iter().min_by_key(distance) {
        Some(near) if distance(&near) <= 4 => {
            format!("there is no role `{name}`; did you mean `{}`?", near.1)
        }
        _ => format!("there is no role `{name}`; the roles are in assets/theme.toml"),
    }
}

fn built_in(name: &str) -> toml::Table {
    let all: toml::Table = BUILT_IN.parse().unwrap_or_default();
    let theme = all.get(name).and_then(toml::Value::as_table);
    theme.cloned().unwrap_or_default()
}

const MODIFIERS: [(&str, Modifier); 6] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
    ("strike", Modifier::CROSSED_OUT),
];

/// `[COLOUR] [on COLOUR] [MODIFIER …]`, fitted to the terminal.
fn style(text: &str, ground: Ground, depth: Depth) -> Option<Style> {
    let mut style = Style::new();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*modifier);
        } else if word == "on" && style.bg.is_none() {
            style.bg = Some(color::read(words.next()?)?);
        } else if style.fg.is_none() {
            style.fg = Some(color::read(word)?);
        } else {
            return None;
        }
    }
    Some(fitted(style, ground, depth))
}

fn fitted(mut style: Style, ground: Ground, depth: Depth) -> Style {
    match depth {
        Depth::True => {}
        Depth::Indexed => {
            style.fg = style.fg.map(color::indexed);
            style.bg = style.bg.map(color::indexed);
        }
        Depth::Sixteen => match style.bg.filter(|color| *color != Color::Reset) {
            None => style.fg = style.fg.map(|fg| color::sixteen(fg, ground)),
            // the sixteen are the person's own: what stands out against what is not known here
            Some(bg) => {
                style.bg = None;
                style.fg = color::is_loud(bg, ground).then(|| color::sixteen(bg, ground));
                style = style.add_modifier(Modifier::REVERSED);
            }
        },
        Depth::None => {
            style.fg = None;
            style.bg = None;
        }
    }
    style
}

#[cfg(test)]
mod tests;
