//! Themes are whole, readable, and without colour where none is wanted.

use rstest::rstest;

use super::*;

fn theme(name: &str, depth: Depth) -> Theme {
    Theme::load(name, depth, &Surroundings::default(), |_| None).unwrap()
}

fn own(text: &str) -> Result<Theme, String> {
    let find = |_: &str| Some(text.to_owned());
    Theme::load("mine", Depth::True, &Surroundings::default(), find)
        .map_err(|fault| fault.to_string())
}

#[rstest]
#[case("dark")]
#[case("light")]
#[case("mono")]
fn a_theme_that_comes_with_the_program_names_every_role(#[case] name: &str) {
    let all: toml::Table = BUILT_IN.parse().unwrap();
    let roles = all[name].as_table().unwrap();
    for (_, role) in Role::ALL {
        assert!(roles.contains_key(*role), "{name} lacks {role}");
    }
    assert_eq!(roles.len(), Role::ALL.len());
    theme(name, Depth::True);
}

type Rgb = (u8, u8, u8);

/// The colours of a style on a ground: text, and what is behind it.
fn pair(style: Style, ground: Ground) -> Option<(Rgb, Rgb)> {
    let rgb = |color: Option<Color>| match color {
        Some(Color::Rgb(red, green, blue)) => Some((red, green, blue)),
        _ => None,
    };
    Some((rgb(style.fg)?, rgb(style.bg).unwrap_or(ground.rgb())))
}

#[rstest]
#[case("dark", Ground::Dark)]
#[case("light", Ground::Light)]
fn every_role_can_be_read(#[case] name: &str, #[case] ground: Ground) {
    let theme = theme(name, Depth::True);
    let grounds = [Role::Text, Role::Selected, Role::SelectedUnfocused];
    for (role, said) in Role::ALL {
        // lines between panes, and what is meant to stand back
        let quiet = [
            Role::Dim,
            Role::Border,
            Role::FooterOff,
            Role::Placeholder,
            Role::DiffSame,
            Role::DiffIgnored,
        ];
        let wanted = if quiet.contains(role) { 3.0 } else { 4.5 };
        // frames never lie on a selected row
        let below_it = if *role == Role::Border {
            &grounds[..1]
        } else {
            &grounds[..]
        };
        for below in below_it {
            let style = theme.style(*below).patch(theme.style(*role));
            let Some((text, behind)) = pair(style, ground) else {
                continue;
            };
            let got = color::contrast(text, behind);
            assert!(got >= wanted, "{name}: {said} on {below:?} has {got:.2}");
        }
    }
    let selected = pair(
        Style::new()
            .fg(Color::Rgb(0, 0, 0))
            .patch(theme.style(Role::Selected)),
        ground,
    );
    assert!(selected.is_some());
}

#[test]
fn without_colour_no_style_has_one() {
    for name in ["auto", "dark", "light", "mono"] {
        let theme = theme(name, Depth::None);
        assert!(!theme.has_color());
        for (role, _) in Role::ALL {
            let style = theme.style(*role);
            assert_eq!(
                (style.fg, style.bg, style.underline_color),
                (None, None, None)
            );
        }
    }
    let mono = theme("mono", Depth::True);
    assert!(!mono.has_color());
    assert!(
        mono.style(Role::Selected)
            .add_modifier
            .contains(Modifier::REVERSED)
    );
}

#[test]
fn with_sixteen_colours_nothing_is_painted_that_the_palette_may_hide() {
    for name in ["dark", "light"] {
        let theme = theme(name, Depth::Sixteen);
        for (role, said) in Role::ALL {
            let style = theme.style(*role);
            assert_eq!(style.bg, None, "{name} {said}");
            let rgb = matches!(style.fg, Some(Color::Rgb(..) | Color::Indexed(_)));
            assert!(!rgb, "{name} {said}");
        }
        let selected = theme.style(Role::Selected);
        assert!(selected.add_modifier.contains(Modifier::REVERSED));
        assert_ne!(theme.style(Role::Ok).fg, theme.style(Role::Bad).fg);
    }
    assert_eq!(
        theme("dark", Depth::Sixteen).style(Role::Match).fg,
        Some(Color::Yellow)
    );
}

#[rstest]
#[case(Color::Rgb(255, 0, 0), Color::Indexed(196))]
#[case(Color::Rgb(0, 0, 0), Color::Indexed(16))]
#[case(Color::Rgb(128, 128, 128), Color::Indexed(244))]
#[case(Color::Rgb(95, 135, 175), Color::Indexed(67))]
#[case(Color::Reset, Color::Reset)]
#[case(Color::Red, Color::Red)]
fn the_nearest_of_256_is_taken(#[case] color: Color, #[case] nearest: Color) {
    assert_eq!(color::indexed(color), nearest);
}

#[test]
fn an_own_theme_changes_what_it_names() {
    let mine = own("base = 'light'\nbad = '#112233 on default bold'\nok = 'bright-green'").unwrap();
    let bad = Style::new()
        .fg(Color::Rgb(0x11, 0x22, 0x33))
        .bg(Color::Reset);
    assert_eq!(mine.style(Role::Bad), bad.add_modifier(Modifier::BOLD));
    assert_eq!(mine.style(Role::Ok), Style::new().fg(Color::LightGreen));
    assert_eq!(
        mine.style(Role::Warn),
        theme("light", Depth::True).style(Role::Warn)
    );
}

#[rstest]
#[case(
    "jsonkey = 'red'",
    "there is no role `jsonkey`; did you mean `json-key`?"
)]
#[case(
    "whatever-it-is = 'red'",
    "there is no role `whatever-it-is`; the roles are in"
)]
#[case("bad = 'reddish'", "bad = \"reddish\" is not a style; write it like")]
#[case("bad = 'red on'", "is not a style")]
#[case("bad = 'red blue'", "is not a style")]
#[case("bad = '#ff55'", "is not a style")]
#[case("bad = 3", "bad = 3 is not a style")]
#[case("base = 'mauve'", "base is \"dark\" or \"light\"")]
#[case("bad = ", "line 1")]
fn a_wrong_theme_says_what_is_wrong(#[case] text: &str, #[case] said: &str) {
    let fault = own(text).unwrap_err();
    assert!(
        fault.starts_with("theme `mine`: ") && fault.contains(said),
        "{fault}"
    );
}

#[test]
fn a_theme_that_is_not_there_says_what_there_is() {
    let none = Surroundings::default();
    let fault = Theme::load("solar", Depth::None, &none, |_| None).unwrap_err();
    assert!(fault.to_string().contains("themes/solar.toml"), "{fault}");
}

#[rstest]
#[case("", "dark")]
#[case("15;0", "dark")]
#[case("0;15", "light")]
#[case("0;default;7", "light")]
fn auto_listens_to_the_terminal(#[case] colorfgbg: &str, #[case] name: &str) {
    let around = Surroundings {
        colorfgbg: colorfgbg.to_owned(),
        ..Surroundings::default()
    };
    let auto = Theme::load("auto", Depth::True, &around, |_| None).unwrap();
    assert_eq!(auto, theme(name, Depth::True));
}

/// Variables as `NAME=value` words.
fn around(said: &str) -> Surroundings {
    let get = |name: &str| {
        let find = |word: &str| {
            word.strip_prefix(name)?
                .strip_prefix('=')
                .map(str::to_owned)
        };
        said.split(' ').find_map(find).unwrap_or_default()
    };
    Surroundings {
        no_color: get("NO_COLOR"),
        clicolor_force: get("CLICOLOR_FORCE"),
        colorterm: get("COLORTERM"),
        term: get("TERM"),
        colorfgbg: get("COLORFGBG"),
        sty: get("STY"),
    }
}

#[rstest]
#[case(When::Auto, "TERM=xterm-256color COLORTERM=truecolor", Depth::True)]
#[case(When::Auto, "TERM=xterm-256color", Depth::Indexed)]
#[case(When::Auto, "TERM=xterm-kitty", Depth::True)]
#[case(When::Auto, "TERM=xterm", Depth::Sixteen)]
#[case(When::Auto, "TERM=linux", Depth::Sixteen)]
#[case(When::Auto, "", Depth::Sixteen)]
#[case(When::Auto, "TERM=vt100", Depth::None)]
#[case(When::Auto, "TERM=dumb COLORTERM=truecolor", Depth::None)]
#[case(
    When::Auto,
    "TERM=screen-256color COLORTERM=truecolor STY=1.x",
    Depth::Indexed
)]
#[case(When::Auto, "TERM=xterm-256color NO_COLOR=1", Depth::None)]
#[case(When::Auto, "TERM=xterm-256color NO_COLOR=", Depth::Indexed)]
#[case(When::Auto, "TERM=xterm NO_COLOR=1 CLICOLOR_FORCE=1", Depth::None)]
#[case(When::Auto, "TERM=vt100 CLICOLOR_FORCE=1", Depth::Sixteen)]
#[case(When::Auto, "TERM=vt100 CLICOLOR_FORCE=0", Depth::None)]
#[case(When::Always, "TERM=xterm-256color NO_COLOR=1", Depth::Indexed)]
#[case(When::Always, "TERM=dumb", Depth::Sixteen)]
#[case(When::Never, "TERM=xterm-256color CLICOLOR_FORCE=1", Depth::None)]
fn the_wish_comes_first_then_no_color_then_force_then_the_terminal(
    #[case] when: When,
    #[case] said: &str,
    #[case] depth: Depth,
) {
    assert_eq!(Depth::of(when, &around(said)), depth);
}

#[test]
fn every_state_has_a_role() {
    for row in &state::TABLE {
        let _ = theme("dark", Depth::True).style(row.role.into());
    }
}

#[rstest]
#[case("../solar")]
#[case("/etc/passwd")]
#[case("a/b")]
#[case("a\\b")]
#[case(".hidden")]
fn the_name_of_a_theme_does_not_leave_its_folder(#[case] name: &str) {
    let find = |name: &str| -> Option<String> { panic!("{name} was looked for") };
    let fault = Theme::load(name, Depth::True, &around(""), find).unwrap_err();
    let said = fault.to_string();
    assert!(said.contains("is not the name of a theme"), "{said}");
}
