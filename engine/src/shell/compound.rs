//! Compound commands: groups, conditions, loops.

use super::expand::Failure;
use super::interpret::{Flow, Interpreter};
use brush_parser::ast::{
    CaseClauseCommand, CaseItemPostAction, CompoundCommand, CompoundList, ForClauseCommand, IfClauseCommand,
    RedirectList,
};

impl Interpreter<'_> {
    /// A compound command with its redirections around it.
    pub(super) fn redirected(
        &mut self,
        compound: &CompoundCommand,
        redirects: Option<&RedirectList>,
        tail: bool,
    ) -> Flow {
        let Some(redirects) = redirects else { return self.compound(compound, tail) };
        let mut list = Vec::new();
        for redirect in &redirects.0 {
            match self.expand_redirection(redirect) {
                Ok(more) => list.extend(more),
                Err(failure) => return self.fail(&failure, 1),
            }
        }
        let io = match self.apply(&list, false) {
            Ok(io) => io,
            Err(failure) => return self.fail(&failure, 1),
        };
        let outer = std::mem::replace(&mut self.io, io);
        let flow = self.compound(compound, false);
        self.io = outer;
        flow
    }

    fn compound(&mut self, compound: &CompoundCommand, tail: bool) -> Flow {
        match compound {
            CompoundCommand::BraceGroup(group) => self.list(&group.list, tail),
            CompoundCommand::Subshell(subshell) => self.subshell(&subshell.list),
            CompoundCommand::ForClause(clause) => self.for_loop(clause),
            CompoundCommand::CaseClause(clause) => self.case(clause),
            CompoundCommand::IfClause(clause) => self.condition(clause),
            CompoundCommand::WhileClause(clause) => self.while_loop(&clause.0, &clause.1.list, true),
            CompoundCommand::UntilClause(clause) => self.while_loop(&clause.0, &clause.1.list, false),
            CompoundCommand::Arithmetic(command) => match self.arithmetic(&command.expr.value) {
                Ok(number) => {
                    self.shell.state.status = u8::from(number == 0);
                    Flow::Next
                }
                Err(failure) => self.fail(&failure, 1),
            },
            CompoundCommand::ArithmeticForClause(_) => {
                self.fail(&Failure::fatal("for ((…)): not part of this shell"), 2)
            }
            CompoundCommand::Coprocess(_) => self.fail(&Failure::fatal("coproc: not part of this shell"), 2),
        }
    }

    /// Runs a list whose status is looked at.
    fn test(&mut self, list: &CompoundList) -> Flow {
        self.conditions += 1;
        let flow = self.list(list, false);
        self.conditions -= 1;
        flow
    }

    fn condition(&mut self, clause: &IfClauseCommand) -> Flow {
        let flow = self.test(&clause.condition);
        if flow != Flow::Next {
            return flow;
        }
        if self.shell.state.status == 0 {
            return self.list(&clause.then, false);
        }
        for branch in clause.elses.iter().flatten() {
            let Some(condition) = &branch.condition else { return self.list(&branch.body, false) };
            let flow = self.test(condition);
            if flow != Flow::Next {
                return flow;
            }
            if self.shell.state.status == 0 {
                return self.list(&branch.body, false);
            }
        }
        self.shell.state.status = 0;
        Flow::Next
    }

    fn case(&mut self, clause: &CaseClauseCommand) -> Flow {
        let value = match self.expand_to_text(&clause.value.value) {
            Ok(value) => self.resolve(&value).chars().collect::<Vec<_>>(),
            Err(failure) => return self.fail(&failure, 1),
        };
        self.shell.state.status = 0;
        let mut fall_through = false;
        for item in &clause.cases {
            let mut taken = fall_through;
            for pattern in &item.patterns {
                match self.expand_to_pattern(&pattern.value) {
                    Ok(pattern) => taken = taken || pattern.matches(&value),
                    Err(failure) => return self.fail(&failure, 1),
                }
            }
            if !taken {
                continue;
            }
            let flow = item.cmd.as_ref().map_or(Flow::Next, |list| self.list(list, false));
            if flow != Flow::Next || matches!(item.post_action, CaseItemPostAction::ExitCase) {
                return flow;
            }
            fall_through = matches!(item.post_action, CaseItemPostAction::UnconditionallyExecuteNextCaseItem);
        }
        Flow::Next
    }

    fn for_loop(&mut self, clause: &ForClauseCommand) -> Flow {
        let words = match &clause.values {
            None => self.shell.state.arguments.clone(),
            Some(words) => match self.expand_words(words.iter().map(|word| word.value.as_str())) {
                Ok(words) => words,
                Err(failure) => return self.fail(&failure, 1),
            },
        };
        self.shell.state.status = 0;
        self.loops += 1;
        let mut flow = Flow::Next;
        for word in words {
            if let Err(failure) = self.assign(&clause.variable_name, word) {
                flow = self.fail(&failure, 1);
                break;
            }
            flow = self.list(&clause.body.list, false);
            if let Some(end) = leaves_loop(flow) {
                flow = end;
                break;
            }
            flow = Flow::Next;
        }
        self.loops -= 1;
        flow
    }

    fn while_loop(&mut self, condition: &CompoundList, body: &CompoundList, wanted: bool) -> Flow {
        self.loops += 1;
        let mut status = 0;
        let flow = loop {
            self.commands += 1;
            let flow = self.test(condition);
            if let Some(end) = leaves_loop(flow) {
                break end;
            }
            if flow == Flow::Next && (self.shell.state.status == 0) != wanted {
                self.shell.state.status = status;
                break Flow::Next;
            }
            if flow == Flow::Next {
                let flow = self.list(body, false);
                status = self.shell.state.status;
                if let Some(end) = leaves_loop(flow) {
                    break end;
                }
            }
        };
        self.loops -= 1;
        flow
    }
}

/// What a flow means to the loop it happens in: `None` where the next round follows.
fn leaves_loop(flow: Flow) -> Option<Flow> {
    match flow {
        Flow::Next | Flow::Continue(0 | 1) => None,
        Flow::Break(0 | 1) => Some(Flow::Next),
        Flow::Break(more) => Some(Flow::Break(more - 1)),
        Flow::Continue(more) => Some(Flow::Continue(more - 1)),
        other => Some(other),
    }
}
