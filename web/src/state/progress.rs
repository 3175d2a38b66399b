//! How far each lesson is, as this browser remembers it.

/// How far one lesson is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LessonProgress {
    /// The lesson's id.
    pub(crate) id: String,
    /// Goals met at once, at best.
    pub(crate) met: usize,
    /// Goals in all.
    pub(crate) of: usize,
    /// Where the learner left it: a fragment.
    pub(crate) left_at: String,
}

/// All lessons that were opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress(Vec<LessonProgress>);

impl Progress {
    /// A lesson's progress.
    pub(crate) fn of(&self, id: &str) -> Option<&LessonProgress> {
        self.0.iter().find(|lesson| lesson.id == id)
    }

    /// Notes how far a lesson is now; what was met once stays met.
    #[must_use]
    pub(crate) fn noted(mut self, now: LessonProgress) -> Self {
        match self.0.iter_mut().find(|lesson| lesson.id == now.id) {
            Some(lesson) => *lesson = LessonProgress { met: lesson.met.max(now.met), ..now },
            None => self.0.push(now),
        }
        self
    }

    /// One line a lesson: `ID MET OF FRAGMENT`.
    pub(crate) fn print(&self) -> String {
        let lines = self
            .0
            .iter()
            .map(|lesson| format!("{} {} {} {}\n", lesson.id, lesson.met, lesson.of, lesson.left_at));
        lines.collect()
    }

    /// Reads those lines; broken ones are left out.
    pub(crate) fn parse(text: &str) -> Self {
        let read = |line: &str| {
            let mut words = line.splitn(4, ' ');
            let (id, met, of, left_at) = (words.next()?, words.next()?, words.next()?, words.next()?);
            let (met, of) = (met.parse().ok()?, of.parse().ok()?);
            Some(LessonProgress { id: id.to_owned(), met, of, left_at: left_at.to_owned() })
        };
        Self(text.lines().filter_map(read).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{LessonProgress, Progress};

    #[test]
    fn the_best_is_kept() {
        let at = |met| LessonProgress {
            id: "a".to_owned(),
            met,
            of: 3,
            left_at: format!("#/lesson/a?step={met}"),
        };
        let progress = Progress::default().noted(at(2)).noted(at(1));
        assert_eq!(progress, Progress::parse(&progress.print()));
        assert_eq!(
            progress.of("a").map(|lesson| (lesson.met, lesson.left_at.as_str())),
            Some((2, "#/lesson/a?step=1"))
        );
        assert_eq!(Progress::parse("broken\n"), Progress::default());
    }
}
