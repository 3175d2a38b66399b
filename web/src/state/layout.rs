//! Sizes of the panes, and which of them are open.

/// A part of the workbench.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pane {
    /// The lesson's text, or what the sandbox is.
    Lesson,
    /// The control groups.
    Picture,
    /// The step's card and what is selected.
    Inspector,
    /// The list of steps.
    Steps,
    /// The terminal.
    Terminal,
}

impl Pane {
    /// All, in the order of a phone's tabs.
    pub(crate) const ALL: [Self; 5] =
        [Self::Lesson, Self::Picture, Self::Terminal, Self::Steps, Self::Inspector];

    /// The word for ids, storage and style.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Lesson => "lesson",
            Self::Picture => "picture",
            Self::Inspector => "inspector",
            Self::Steps => "steps",
            Self::Terminal => "terminal",
        }
    }
}

/// A line between panes that can be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// Right of the lesson: its width in px.
    Left,
    /// Left of the inspector: its width in px.
    Right,
    /// Above the timeline: the height below it in px.
    Bottom,
    /// Between steps and terminal: the steps' share in percent.
    Split,
}

impl Edge {
    /// Where an edge may be moved to.
    pub(crate) fn range(self) -> (u32, u32) {
        match self {
            Self::Left => (240, 560),
            Self::Right => (260, 560),
            Self::Bottom => (150, 560),
            Self::Split => (20, 80),
        }
    }
}

/// The workbench's division.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    left: u32,
    right: u32,
    bottom: u32,
    split: u32,
    closed: Vec<Pane>,
}

impl Default for Layout {
    fn default() -> Self {
        Self { left: 336, right: 330, bottom: 270, split: 48, closed: Vec::new() }
    }
}

impl Layout {
    /// The usual division of a window of this height in px: in a low one the picture keeps its part.
    pub(crate) fn of_window(height: u32) -> Self {
        let usual = Self::default();
        Self { bottom: (height / 10 * 3).clamp(190, usual.bottom), ..usual }
    }

    /// Where an edge is.
    pub(crate) fn at(&self, edge: Edge) -> u32 {
        match edge {
            Edge::Left => self.left,
            Edge::Right => self.right,
            Edge::Bottom => self.bottom,
            Edge::Split => self.split,
        }
    }

    /// Moves an edge as far as it may go.
    #[must_use]
    pub(crate) fn with(mut self, edge: Edge, to: u32) -> Self {
        let (least, most) = edge.range();
        let to = to.clamp(least, most);
        match edge {
            Edge::Left => self.left = to,
            Edge::Right => self.right = to,
            Edge::Bottom => self.bottom = to,
            Edge::Split => self.split = to,
        }
        self
    }

    /// Whether a pane is open.
    pub(crate) fn is_open(&self, pane: Pane) -> bool {
        !self.closed.contains(&pane)
    }

    /// Opens a closed pane, closes an open one.
    #[must_use]
    pub(crate) fn toggled(mut self, pane: Pane) -> Self {
        if self.is_open(pane) {
            self.closed.push(pane)
        } else {
            self.closed.retain(|closed| *closed != pane)
        }
        self
    }

    /// The form that is kept in the browser: `left=336 right=330 bottom=290 split=48 closed=steps`.
    pub(crate) fn print(&self) -> String {
        let closed: Vec<_> = self.closed.iter().map(|pane| pane.word()).collect();
        format!(
            "left={} right={} bottom={} split={} closed={}",
            self.left,
            self.right,
            self.bottom,
            self.split,
            closed.join("+")
        )
    }

    /// Reads that form; what can't be read stays as usual.
    pub(crate) fn parse(text: &str, usual: Self) -> Self {
        let mut layout = usual;
        for (name, value) in text.split(' ').filter_map(|pair| pair.split_once('=')) {
            let edge = match name {
                "left" => Edge::Left,
                "right" => Edge::Right,
                "bottom" => Edge::Bottom,
                "split" => Edge::Split,
                _ => {
                    layout.closed = Pane::ALL
                        .into_iter()
                        .filter(|pane| value.split('+').any(|word| word == pane.word()))
                        .collect();
                    continue;
                }
            };
            if let Ok(to) = value.parse() {
                layout = layout.with(edge, to);
            }
        }
        layout
    }
}

#[cfg(test)]
mod tests {
    use super::{Edge, Layout, Pane};

    #[test]
    fn kept_and_read_back() {
        let layout = Layout::default().with(Edge::Left, 9000).toggled(Pane::Steps).toggled(Pane::Lesson);
        assert_eq!(layout.at(Edge::Left), 560);
        let read = Layout::parse(&layout.print(), Layout::default());
        assert!(!read.is_open(Pane::Steps) && !read.is_open(Pane::Lesson) && read.is_open(Pane::Terminal));
        assert_eq!(Layout::parse("left=x =1 nonsense", Layout::default()), Layout::default());
    }

    #[test]
    fn a_low_window_leaves_the_picture_its_part() {
        let bottom = |height| Layout::of_window(height).at(Edge::Bottom);
        assert_eq!([0, 720, 1200].map(bottom), [190, 216, 270]);
    }
}
