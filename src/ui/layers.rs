//! What lies on top of the browser: menus, the task list, pages.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use super::marks::Sign;
use super::theme::Role;
use super::{Look, hint, put, span};
use crate::app::App;
use crate::app::command::Command;
use crate::app::layer::Layer;
use crate::app::layout::inside;
use crate::app::menu::{Item, Menu, Purpose};
use crate::app::page::{self, Page};
use crate::app::tasks::{Entry, Progress};
use crate::domain::human;
use crate::domain::text::Align;

pub(super) fn draw(app: &App, layer: &Layer, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    match layer {
        Layer::Menu(menu) => draw_menu(menu, look, area, frame),
        Layer::Tasks => draw_tasks(app, look, area, frame),
        Layer::Page(page) => draw_page(page, look, area, frame),
    }
}

fn window(area: Rect, look: Look<'_>, title: &str, frame: &mut Frame<'_>) -> Rect {
    frame.render_widget(Clear, area);
    frame.buffer_mut().set_style(area, look.style(Role::Text));
    let title = Line::styled(format!(" {title} "), look.style(Role::Title));
    frame.render_widget(look.pane(title, Line::default(), true), area);
    inside(area)
}

/// A box of at most this size in the middle.
fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 3,
        width,
        height,
    }
}

/// Colours the selected row of a list over its whole width.
fn highlight(frame: &mut Frame<'_>, area: Rect, row: u16, look: Look<'_>) {
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
    let count = u16::try_from(menu.items().len()).unwrap_or(u16::MAX);
    let wide = if menu.purpose == Purpose::Palette {
        100
    } else {
        64
    };
    let area = centred(area, wide, count.saturating_add(3).max(6));
    let area = window(area, look, menu.title(), frame);
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
    if menu.shown().len() == 0 {
        return put(
            frame,
            area,
            1,
            Line::styled("nothing matches", look.style(Role::Dim)),
        );
    }
    let height = usize::from(area.height.saturating_sub(1)).max(1);
    let top = (menu.cursor() + 1).saturating_sub(height);
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

fn menu_item(
    item: &Item,
    look: Look<'_>,
    width: u16,
    labels: usize,
    selected: bool,
) -> Line<'static> {
    let check = match item.checked {
        None => "",
        Some(true) => look.sign(Sign::Checked),
        Some(false) => look.sign(Sign::Unchecked),
    };
    let base = match (selected, &item.off) {
        (true, _) => look.style(Role::Selected),
        (false, Some(_)) => look.style(Role::Dim),
        (false, None) => look.style(Role::Text),
    };
    let label = look.text.fit(&item.label, labels, Align::Left);
    let help = match &item.off {
        Some(why) => format!("{} (now: {why})", item.help),
        None => item.help.clone(),
    };
    let used = look.text.width(check) + labels + look.text.width(&item.right) + 4;
    let help = look
        .text
        .fit(&help, usize::from(width).saturating_sub(used), Align::Left);
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

fn draw_tasks(app: &App, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let area = window(area, look, "Tasks", frame);
    let tasks = app.tasks();
    let details = if tasks.shows_details() {
        6.min(area.height / 2)
    } else {
        0
    };
    let height = usize::from(area.height - details).max(1);
    let top = (tasks.cursor() + 1).saturating_sub(height);
    let mut any = false;
    for (row, (at, entry)) in (0..area.height - details).zip(tasks.listed().enumerate().skip(top)) {
        any = true;
        let selected = at == tasks.cursor();
        if selected {
            highlight(frame, area, row, look);
        }
        put(
            frame,
            area,
            row,
            task_line(app, entry, look, area.width, selected),
        );
    }
    if !any {
        put(
            frame,
            area,
            0,
            Line::styled("nothing has run yet", look.style(Role::Dim)),
        );
    }
    if details > 0
        && let Some(entry) = tasks.selected()
    {
        let below = Rect {
            y: area.y + area.height - details,
            height: details,
            ..area
        };
        for (row, line) in (0..details).zip(task_details(app, entry, look, below.width)) {
            put(
                frame,
                below,
                row,
                Line::styled(line, look.style(Role::Footer)),
            );
        }
    }
}

fn task_line(
    app: &App,
    entry: &Entry,
    look: Look<'_>,
    width: u16,
    selected: bool,
) -> Line<'static> {
    let (mark, role) = match &entry.state {
        Progress::Queued => (look.sign(Sign::Queued), Role::Dim),
        Progress::Running | Progress::Stopping => (app.spinner(), Role::Info),
        Progress::Done => (look.sign(Sign::Done), Role::Ok),
        Progress::Failed(_) => (look.sign(Sign::Failed), Role::Bad),
        Progress::Cancelled => (look.sign(Sign::Cancelled), Role::Dim),
    };
    let took = entry
        .ended
        .unwrap_or(app.now().mono)
        .saturating_sub(entry.since);
    let took = human::took(std::time::Duration::from_millis(took));
    let done = entry
        .done
        .map_or_else(String::new, |(done, total)| format!("{done}/{total}"));
    let right = format!("{done:>11}  {took:>9}  {:<9}", entry.state.said());
    let room = usize::from(width).saturating_sub(look.text.width(&right) + 12);
    let name = look.text.fit(&entry.spec.name(), room, Align::Left);
    let base = if selected {
        look.style(Role::Selected)
    } else {
        look.style(Role::Text)
    };
    let mark_style = if selected { base } else { look.style(role) };
    Line::from(vec![
        Span::styled(
            format!(
                "{} ",
                if selected {
                    look.sign(Sign::Cursor)
                } else {
                    " "
                }
            ),
            base,
        ),
        Span::styled(mark, mark_style),
        Span::styled(format!(" {:>4} {name} {right}", entry.id.0), base),
    ])
}

fn task_details(app: &App, entry: &Entry, look: Look<'_>, width: u16) -> Vec<String> {
    let ago = |at: u64| {
        human::age(std::time::Duration::from_millis(
            app.now().mono.saturating_sub(at),
        ))
    };
    let mut said = vec![format!("task {}: {}", entry.id, entry.spec.name())];
    said.push(match entry.ended {
        Some(ended) => format!(
            "asked for {} ago, {} {} ago",
            ago(entry.since),
            entry.state.said(),
            ago(ended)
        ),
        None => format!("asked for {} ago, {}", ago(entry.since), entry.state.said()),
    });
    match &entry.state {
        Progress::Failed(failure) => {
            said.push(failure.said.clone());
            said.push(failure.hint.clone());
            said.push(hint(app, Command::RetryTask, "runs it again"));
        }
        state if state.is_end() => said.push(hint(app, Command::RetryTask, "runs it again")),
        _ => said.push(hint(
            app,
            Command::CancelTask,
            "stops it; a read that is stopped changes nothing",
        )),
    }
    said.iter()
        .flat_map(|line| look.text.wrap(line, usize::from(width.max(1))))
        .collect()
}

fn draw_page(page: &Page, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    let area = window(area, look, &page.title, frame);
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
