//! (stand-in until the viewer is merged)

use std::sync::Arc;

use crate::task::event::Inspection;

#[derive(Clone, Debug, Default)]
pub struct ViewerOptions {
    pub ascii: bool,
}
pub struct Copied {
    pub what: String,
    pub text: String,
}
#[derive(Debug, Default)]
pub struct Viewer {
    pub shown: Option<Arc<Inspection>>,
}
impl Viewer {
    #[must_use]
    pub fn new(_: ViewerOptions) -> Self {
        Self::default()
    }
    pub fn show(&mut self, i: Arc<Inspection>) {
        self.shown = Some(i);
    }
    pub fn clear(&mut self) {
        self.shown = None;
    }
    pub fn resize(&mut self, _w: u16, _h: u16) {}
    pub fn next_view(&mut self) {}
    pub fn previous_view(&mut self) {}
    pub fn move_by(&mut self, _n: i64) {}
    pub fn page(&mut self, _n: i64) {}
    pub fn half_page(&mut self, _n: i64) {}
    pub fn top(&mut self) {}
    pub fn bottom(&mut self) {}
    pub fn fold(&mut self) {}
    pub fn unfold(&mut self) {}
    pub fn toggle(&mut self) {}
    pub fn toggle_all(&mut self) {}
    pub fn reveal(&mut self) {}
    pub fn find(&mut self, _p: &str) -> bool {
        false
    }
    pub fn find_next(&mut self, _f: bool) -> bool {
        false
    }
    pub fn clear_find(&mut self) {}
    #[must_use]
    pub fn copy_value(&self) -> Option<Copied> {
        None
    }
    #[must_use]
    pub fn copy_document(&self) -> Option<Copied> {
        None
    }
    #[must_use]
    pub fn copy_path(&self) -> Option<Copied> {
        None
    }
    pub fn click(&mut self, _c: u16, _r: u16) {}
    pub fn scroll(&mut self, _n: i64) {}
}
