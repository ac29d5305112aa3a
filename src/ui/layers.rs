//! What lies on top of the browser: menus, the task list, pages.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use super::marks::Sign;
use super::theme::Role;
use super::{Look, edit, lists, put, review, span, tasks};
use crate::app::App;
use crate::app::layer::Layer;
use crate::app::layout::inside;
use crate::app::menu::{Choice, Item, Menu};
use crate::app::page::{self, Page};
use crate::domain::text::Align;

pub(super) fn draw(app: &App, layer: &Layer, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    match layer {
        Layer::Menu(menu) => draw_menu(menu, look, menu.area(app.layout()), frame),
        Layer::Tasks => tasks::draw(app, look, area, frame),
        Layer::Page(page) => {
            let inner = window(area, look, &page.title, frame);
            draw_page(page, look, inner, frame);
        }
        Layer::Versus(versus) => {
            let inner = window(area, look, &versus.page.title, frame);
            draw_page(&versus.page, look, inner, frame);
        }
        Layer::Recovery(recovery) => lists::recovery(recovery, look, area, frame),
        Layer::Versions(versions) => lists::versions(versions, look, area, frame),
        Layer::Edit(edit) => edit::draw(app, edit, look, area, frame),
        Layer::Review(review) => review::draw(app, review, look, area, frame),
    }
}

pub(super) fn window(area: Rect, look: Look<'_>, title: &str, frame: &mut Frame<'_>) -> Rect {
    frame.render_widget(Clear, area);
    frame.buffer_mut().set_style(area, look.style(Role::Text));
    let title = look.text.clean(title);
    let title = Line::styled(format!(" {title} "), look.style(Role::Title));
    frame.render_widget(look.pane(title, Line::default(), true), area);
    inside(area)
}

/// Colours the selected row of a list over its whole width.
pub(super) fn highlight(frame: &mut Frame<'_>, area: Rect, row: u16, look: Look<'_>) {
    let line = Rect {
        y: area.y + row,
        height: 1,
        ..area
    };
    frame
        .buffer_mut()
        .set_style(line, look.style(Role::Selected));
}

fn draw_menu(menu: &Menu, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let area = window(area, look, menu.title(), frame);
    if menu.narrows() {
        draw_narrowing(menu, look, area, frame);
    } else {
        let said = "the first letter of an answer selects it";
        put(frame, area, 0, Line::styled(said, look.style(Role::Dim)));
    }
    if menu.shown().len() == 0 {
        return put(
            frame,
            area,
            1,
            Line::styled("nothing matches", look.style(Role::Dim)),
        );
    }
    let top = menu.top(area.height.saturating_sub(1));
    let labels = menu
        .shown()
        .map(|item| look.text.width(&item.label))
        .max()
        .unwrap_or(0)
        .min(36);
    for (row, (at, item)) in (1..area.height).zip(menu.shown().enumerate().skip(top)) {
        let selected = at == menu.cursor();
        if selected {
            highlight(frame, area, row, look);
        }
        put(
            frame,
            area,
            row,
            menu_item(item, look, area.width, labels, selected),
        );
    }
}

/// The line that narrows a menu.
fn draw_narrowing(menu: &Menu, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let typed = look.text.clean(menu.line.text());
    put(
        frame,
        area,
        0,
        Line::from(vec![
            span(look.sign(Sign::Narrow), look.style(Role::FooterKey)),
            span(typed, look.style(Role::Input)),
        ]),
    );
    let column = look.text.width(&menu.line.text()[..menu.line.cursor()]);
    let column = u16::try_from(column + 2)
        .unwrap_or(u16::MAX)
        .min(area.width.saturating_sub(1));
    frame.set_cursor_position((area.x + column, area.y));
}

fn menu_item(
    item: &Item,
    look: Look<'_>,
    width: u16,
    labels: usize,
    selected: bool,
) -> Line<'static> {
    let answers = matches!(item.choice, Choice::Answer(_));
    let check = match item.checked {
        None if answers && selected => format!("{} ", look.sign(Sign::Cursor)),
        None if answers => "  ".to_owned(),
        None => String::new(),
        Some(true) => look.sign(Sign::Checked).to_owned(),
        Some(false) => look.sign(Sign::Unchecked).to_owned(),
    };
    let base = match (selected, &item.off) {
        (true, _) => look.style(Role::Selected),
        (false, Some(_)) => look.style(Role::Dim),
        (false, None) => look.style(Role::Text),
    };
    let label = look.text.fit(&item.label, labels, Align::Left);
    let used = look.text.width(&check) + labels + look.text.width(&item.right) + 4;
    let room = usize::from(width).saturating_sub(used);
    let help = match &item.off {
        // Why it is off is wanted more than what it does.
        Some(why) => {
            let why = format!(" (now: {why})");
            let left = room.saturating_sub(look.text.width(&why));
            let help = look.text.truncate(&item.help, left);
            format!("{help}{why}")
        }
        None => item.help.clone(),
    };
    let help = look.text.fit(&help, room, Align::Left);
    Line::from(vec![
        Span::styled(format!("{check}{label}  "), base),
        Span::styled(
            help,
            if selected {
                base
            } else {
                look.style(Role::Footer)
            },
        ),
        Span::styled(
            format!("  {}", item.right),
            if selected {
                base
            } else {
                look.style(Role::FooterKey)
            },
        ),
    ])
}

/// The lines of a page from its place on.
pub(super) fn draw_page(page: &Page, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let left = page.left(usize::from(area.width));
    for (row, line) in (0..area.height).zip(page.lines.iter().skip(page.top)) {
        put(
            frame,
            area,
            row,
            page_line(page, line, look, left, area.width),
        );
    }
}

fn page_line(
    page: &Page,
    line: &page::Line,
    look: Look<'_>,
    left: usize,
    width: u16,
) -> Line<'static> {
    if line.heading {
        return Line::styled(line.text.clone(), look.style(Role::Title));
    }
    let role = line.role.map_or(Role::Text, Role::from);
    let room = usize::from(width).saturating_sub(left + 2);
    let hit = page.search.as_ref().is_some_and(|search| {
        let whole = format!("{} {}", line.left, line.text).to_lowercase();
        whole.contains(&search.to_lowercase())
    });
    let style = if hit {
        look.style(Role::Match)
    } else {
        look.style(role)
    };
    Line::from(vec![
        Span::styled(
            look.text.fit(&line.left, left, Align::Left),
            look.style(if line.role.is_some() {
                role
            } else {
                Role::FooterKey
            }),
        ),
        Span::raw("  "),
        Span::styled(look.text.fit(&line.text, room, Align::Left), style),
    ])
}
