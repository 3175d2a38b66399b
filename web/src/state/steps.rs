//! The timeline as the screen needs it: rows of equal height, and where commands end.

use drydock_engine::{history::Session, view::timeline::timeline_line};
use yew::AttrValue;

/// A row of the list of steps.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Row {
    /// A line that was typed.
    Line {
        /// As it was typed.
        text: AttrValue,
        /// Its exit status.
        status: u8,
        /// Its last step, if it has any.
        last_step: Option<u32>,
    },
    /// A command of a line with several.
    Command(AttrValue),
    /// A kernel call.
    Step {
        /// Its number, from 1.
        index: u32,
        /// Who makes it.
        actor: AttrValue,
        /// As strace prints it.
        call: AttrValue,
        /// What it returned.
        result: AttrValue,
        /// Whether the kernel refused.
        refused: bool,
    },
}

/// All rows, and what is looked up in them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Steps {
    /// From the first line to the last step.
    pub(crate) rows: Vec<Row>,
    /// How many lines are laid out.
    n_lines: u32,
    /// The row of each step, from step 1.
    row_of_step: Vec<u32>,
    /// The last steps of the commands, ascending; 0 comes first.
    pub(crate) boundaries: Vec<u32>,
    /// Steps that were refused.
    pub(crate) refused: Vec<u32>,
}

impl Steps {
    /// Lays a session's timeline out. Lines that were laid out before are taken as they are.
    pub(crate) fn of(session: &Session, before: Self) -> Self {
        let mut steps = before;
        if steps.boundaries.is_empty() {
            steps.boundaries.push(0);
        }
        let done = steps.n_lines as usize;
        for (index, record) in session.lines().enumerate().skip(done) {
            steps.n_lines += 1;
            let line = timeline_line(session, index, record);
            let last_step = (line.first_step <= line.last_step).then_some(line.last_step);
            let one = line.commands.len() == 1 && line.commands[0].text.trim() == line.text.trim();
            steps.rows.push(Row::Line { text: line.text.into(), status: line.status, last_step });
            for command in line.commands {
                if !one && !command.steps.is_empty() {
                    steps.rows.push(Row::Command(command.text.into()));
                }
                steps.boundaries.extend(command.steps.last().map(|step| step.index));
                for step in command.steps {
                    steps.row_of_step.push(u32::try_from(steps.rows.len()).unwrap_or(u32::MAX));
                    if step.refused {
                        steps.refused.push(step.index);
                    }
                    steps.rows.push(Row::Step {
                        index: step.index,
                        actor: step.actor.into(),
                        call: step.call.into(),
                        result: short(&step.result).to_owned().into(),
                        refused: step.refused,
                    });
                }
            }
        }
        steps
    }

    /// The row of a step; the first row for step 0.
    pub(crate) fn row_of(&self, step: u32) -> usize {
        let row = step.checked_sub(1).and_then(|index| self.row_of_step.get(index as usize));
        row.map_or(0, |row| *row as usize)
    }

    /// The end of the command that is under way or comes next.
    pub(crate) fn next_boundary(&self, step: u32) -> u32 {
        let next = self.boundaries.partition_point(|boundary| *boundary <= step);
        self.boundaries.get(next).or(self.boundaries.last()).copied().unwrap_or(step)
    }

    /// The end of the command before.
    pub(crate) fn previous_boundary(&self, step: u32) -> u32 {
        let before = self.boundaries.partition_point(|boundary| *boundary < step);
        before.checked_sub(1).map_or(0, |index| self.boundaries[index])
    }
}

/// `-1 EBUSY` of `-1 EBUSY (Device or resource busy)`: the card has the rest.
fn short(result: &str) -> &str {
    if result.starts_with("-1 ") { result.split(" (").next().unwrap_or(result) } else { result }
}

#[cfg(test)]
mod tests {
    use super::Steps;

    #[test]
    fn commands_are_found() {
        let steps = Steps { boundaries: vec![0, 3, 7], ..Steps::default() };
        assert_eq!([0, 1, 3, 6, 7].map(|step| steps.next_boundary(step)), [3, 3, 7, 7, 7]);
        assert_eq!([0, 1, 3, 4, 7].map(|step| steps.previous_boundary(step)), [0, 0, 0, 3, 3]);
    }
}
