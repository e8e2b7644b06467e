//! A request for an operation, answered in a session.

use std::sync::Arc;

use super::{
    Moment,
    decide::{self, BodyChoice, Choice},
    filling,
    handle::{Mock, Visit},
    inject,
    preference::Answered,
    respond::Prepared,
    settings::Auth,
    token::{Desk, Entrance, issue},
};
use crate::{
    answer::{Acted, Effect, Entry, Origin, Problem},
    contract::{Presented, Received},
    finding::{Finding, Reason, Severity},
    message::{Request, Response, header_value},
    scenario::{Respond, Turn},
    session::{Change, Clock, State},
    template::Pattern,
};

/// What happens beside the answer.
pub(super) struct Doings {
    pub(super) changes: Vec<Change>,
    pub(super) effects: Vec<Effect>,
    /// The clock that the request is answered by.
    pub(super) clock: Clock,
    /// The scenario that had a hand in it.
    pub(super) scenario: Option<Arc<str>>,
}

impl Doings {
    /// Nothing yet, by that clock.
    pub(super) fn by(clock: Clock) -> Self {
        Self { changes: Vec::new(), effects: Vec::new(), clock, scenario: None }
    }

    /// Does what a scenario asks for beside an answer.
    fn follow(&mut self, turn: &mut Turn<'_>) {
        self.changes.append(&mut turn.changes);
        self.effects.clone_from(&turn.effects);
        self.clock = turn.clock;
        self.scenario = turn.does_more.then(|| Arc::clone(&turn.scenario.name));
    }
}

/// What an answer is decided by, beside the request itself.
struct Stage<'t> {
    desk: &'t Desk<'t>,
    received: &'t Received<'t>,
    turn: Option<&'t Turn<'t>>,
}

/// An answer that was chosen.
enum Chosen<'t> {
    /// One of the operation's own; with who asked for it, if a scenario did.
    Described(Choice, Option<(&'t Turn<'t>, &'t Respond)>),
    /// One that the description does not have, made already.
    Own(Origin, &'t Respond),
}

/// A request for an operation, in a session.
pub(super) struct Scene<'a> {
    pub(super) mock: &'a Mock,
    pub(super) state: &'a State,
    pub(super) request: &'a Request,
    pub(super) moment: Moment,
    pub(super) visit: &'a Visit<'a>,
}

impl Scene<'_> {
    /// Decide, respond; by way of a scenario and of tokens where they may have a part in it.
    pub(super) fn answer(&self, entry: &mut Entry, doings: &mut Doings, reply: &mut Response) -> Result<(), Problem> {
        let Self { state, visit, .. } = *self;
        let has_scenario = visit.wish.is_some() || state.scenario.is_some();
        if has_scenario || visit.book.is_bound(visit.found.operation) {
            return self.answer_by_session(entry, doings, reply);
        }
        // Most requests meet neither a scenario nor a token.
        let (desk, received) = (self.desk(), self.received());
        let stage = Stage { desk: &desk, received: &received, turn: None };
        let choice = decide::decide(&self.case(&entry.findings))?;
        let prepared = visit.book.answer(visit.contract, visit.found.operation, &choice)?;
        *reply = prepared.response.clone();
        self.finish((&stage, None), &choice, &prepared, entry, doings, reply)?;
        self.say_preferences(&choice, &prepared, reply);
        Ok(())
    }

    fn desk(&self) -> Desk<'_> {
        let Self { mock, state, moment, visit, .. } = *self;
        Desk {
            contract: visit.contract,
            kinds: &visit.book.kinds,
            state,
            auth: mock.settings.auth,
            now_ms: state.clock.at(moment.now_ms),
            ended: &[],
        }
    }

    fn received(&self) -> Received<'_> {
        let Self { request, visit, .. } = *self;
        Received { contract: visit.contract, found: &visit.found, request, checked: &visit.checked }
    }

    /// Ask the scenario, let in, decide, respond.
    #[inline(never)]
    fn answer_by_session(&self, entry: &mut Entry, doings: &mut Doings, reply: &mut Response) -> Result<(), Problem> {
        let Self { mock, state, moment, visit, .. } = *self;
        let (mut desk, received) = (self.desk(), self.received());
        let mut turn = inject::turn(mock, state, &received, &desk, moment, visit.wish, &mut entry.findings);
        if let Some(turn) = &mut turn
            && let Some(origin) = begin(turn, entry, doings, reply)
        {
            return self.injected(origin, None, entry, reply);
        }
        desk.now_ms = doings.clock.at(moment.now_ms);
        desk.ended = turn.as_ref().map_or(&[], |turn| &turn.ended);
        let mut entrance = self.let_in(&desk, &received, entry);
        let stage = Stage { desk: &desk, received: &received, turn: turn.as_ref() };
        let (choice, staged) = match self.choose(&stage, entrance.as_ref(), entry, doings, reply)? {
            Chosen::Described(choice, staged) => (choice, staged),
            Chosen::Own(origin, respond) => return self.injected(origin, Some(respond), entry, reply),
        };
        let prepared = visit.book.answer(visit.contract, visit.found.operation, &choice)?;
        *reply = prepared.response.clone();
        self.finish((&stage, entrance.as_mut()), &choice, &prepared, entry, doings, reply)?;
        match staged {
            Some(respond) => {
                let name = Arc::clone(&respond.0.scenario.name);
                let origin = Origin::Scenario { name, from: Some(Box::new(prepared.origin.clone())) };
                self.injected(origin, Some(respond.1), entry, reply)
            }
            None => {
                self.say_preferences(&choice, &prepared, reply);
                Ok(())
            }
        }
    }

    /// Which answer: the one that the scenario asks for, or else the one that the request gets.
    fn choose<'t>(
        &self,
        stage: &Stage<'t>,
        entrance: Option<&Entrance>,
        entry: &mut Entry,
        doings: &mut Doings,
        reply: &mut Response,
    ) -> Result<Chosen<'t>, Problem> {
        let case = self.case(&entry.findings);
        // As with `Prefer`, an error is served whatever the request looks like; a success does not hide a fault.
        let staged = stage.turn.and_then(|turn| Some((turn, turn.respond?))).filter(|(_, respond)| {
            let is_error = respond.statuses.iter().all(|status| status.as_u16() >= 400);
            self.visit.preference.code.is_none() && (is_error || !case.is_faulty())
        });
        match staged {
            Some(staged) => Ok(self.staged(stage, staged, entrance, entry, doings, reply)),
            None => Ok(Chosen::Described(decide::decide(&case)?, None)),
        }
    }

    fn case<'c>(&'c self, faults: &'c [Finding]) -> decide::Case<'c> {
        let Self { mock, request, moment, visit, .. } = *self;
        decide::Case {
            contract: visit.contract,
            found: &visit.found,
            request,
            preference: &visit.preference,
            settings: &mock.settings,
            faults,
            checked: &visit.checked,
            seed: moment.seed,
        }
    }

    /// The answer that a scenario asks for.
    #[inline(never)]
    fn staged<'t>(
        &self,
        stage: &Stage<'t>,
        (turn, respond): (&'t Turn<'t>, &'t Respond),
        entrance: Option<&Entrance>,
        entry: &mut Entry,
        doings: &mut Doings,
        reply: &mut Response,
    ) -> Chosen<'t> {
        let Self { moment, visit, .. } = *self;
        doings.scenario = Some(Arc::clone(&turn.scenario.name));
        if let Some(choice) = inject::described(&self.case(&entry.findings), respond) {
            return Chosen::Described(choice, Some((turn, respond)));
        }
        let mut noted = Vec::new();
        let mut fill = |pattern: &Pattern| {
            let scope = filling::scope(stage.desk, stage.received, entrance, &[], &entry.findings, moment.seed);
            filling::alone(pattern, &scope, &mut doings.changes, &mut noted)
        };
        let (own, origin) = inject::own(turn, respond, visit.contract, &visit.found, &mut fill);
        entry.findings.append(&mut noted);
        *reply = own;
        Chosen::Own(origin, respond)
    }

    /// Finishes the answer that was chosen: fills in its templates, and writes the tokens that it issues.
    fn finish(
        &self,
        (stage, entrance): (&Stage<'_>, Option<&mut Entrance>),
        choice: &Choice,
        prepared: &Prepared,
        entry: &mut Entry,
        doings: &mut Doings,
        reply: &mut Response,
    ) -> Result<(), Problem> {
        let Self { mock, moment, visit, .. } = *self;
        let id = visit.found.operation;
        entry.origin = prepared.origin.clone();
        let described = choice.response.and_then(|index| visit.contract.operation(id).responses.get(index));
        let mut faults = prepared.findings.clone();
        if let Some(filling) = &prepared.filling {
            let issues = described.map_or(&[][..], |response| &response.issues);
            let held = entrance.as_deref();
            let scope = filling::scope(stage.desk, stage.received, held, issues, &entry.findings, moment.seed);
            let filled = filling.fill(visit.contract, id, choice, &scope, reply);
            doings.changes.extend(filled.drew.then_some(Change::ChanceDrawn));
            faults.extend(filled.findings);
        }
        if !faults.is_empty() {
            note_broken(mock, entry, faults)?;
        }
        if let Some(entrance) = entrance.filter(|_| reply.status.is_success()) {
            if let Some(described) = described {
                let cut = prepared.stencil.as_ref();
                issue(stage.desk, stage.received, described, cut, moment.seed, entrance, reply);
            }
            doings.changes.append(&mut entrance.changes);
        }
        Ok(())
    }

    /// Says which of the client's wishes were met.
    fn say_preferences(&self, choice: &Choice, prepared: &Prepared, reply: &mut Response) {
        let example = match &prepared.origin {
            Origin::Example(name) => name.as_deref(),
            _ => None,
        };
        let (status, varied) = (choice.status.as_u16(), matches!(choice.body, BodyChoice::Seeded(_)));
        let answered = Answered { status, forced: choice.forced, example, varied };
        if let Some(applied) = self.visit.preference.applied(&answered) {
            reply.headers.insert("preference-applied", header_value(&applied));
        }
    }

    /// Finishes an answer that a scenario asked for.
    #[inline(never)]
    fn injected(
        &self,
        origin: Origin,
        respond: Option<&Respond>,
        entry: &mut Entry,
        reply: &mut Response,
    ) -> Result<(), Problem> {
        inject::finish(reply, respond, &origin, self.mock.settings.cors);
        entry.origin = origin;
        if respond.is_some_and(|respond| respond.body.is_some()) {
            let findings = self.visit.contract.check_response(self.visit.found.operation, reply);
            note_broken(self.mock, entry, findings)?;
        }
        Ok(())
    }

    /// Judges what the request says about who sends it; notes why it is not let in. `None` if it is not, or if the
    /// operation has nothing to do with tokens.
    fn let_in(&self, desk: &Desk<'_>, received: &Received<'_>, entry: &mut Entry) -> Option<Entrance> {
        let visit = self.visit;
        let concerns_tokens = visit.book.is_bound(visit.found.operation) || !desk.ended.is_empty();
        if !concerns_tokens || desk.auth == Auth::Off {
            return None;
        }
        self.admit(desk, received, entry)
    }

    #[inline(never)]
    fn admit(&self, desk: &Desk<'_>, received: &Received<'_>, entry: &mut Entry) -> Option<Entrance> {
        let visit = self.visit;
        let has_form = !entry.findings.iter().any(|finding| finding.reason.is_some_and(Reason::is_security));
        let validates = self.mock.settings.validate_request;
        if validates && has_form {
            let refuse = |presented: &Presented<'_>| desk.refuse_presented(presented, self.request);
            let refused = visit.contract.authenticate_by(&visit.found, self.request, &refuse);
            if !refused.is_empty() {
                // Who is not let in is not told what else is wrong.
                entry.findings = refused;
            }
        }
        if entry.findings.iter().any(|finding| finding.severity == Severity::Error) {
            return None;
        }
        match Entrance::of(desk, received) {
            Ok(entrance) => Some(entrance),
            Err(_) if !validates => Some(Entrance::default()),
            Err(finding) => {
                entry.findings.push(*finding);
                None
            }
        }
    }
}

/// Lets a scenario begin. If it cuts the exchange off, that is the answer: gives where it comes from.
#[inline(never)]
fn begin(turn: &mut Turn<'_>, entry: &mut Entry, doings: &mut Doings, reply: &mut Response) -> Option<Origin> {
    doings.follow(turn);
    entry.acted = turn.rule.map(|rule| Acted { scenario: Arc::clone(&turn.scenario.name), rule });
    let (cut_off, origin) = inject::cut_off(turn, turn.cut_off()?);
    *reply = cut_off;
    Some(origin)
}

/// Notes what is wrong with an answer; refuses to send it where that is asked for.
#[inline(never)]
fn note_broken(mock: &Mock, entry: &mut Entry, mut faults: Vec<Finding>) -> Result<(), Problem> {
    let is_broken = faults.iter().any(|finding| finding.severity == Severity::Error);
    entry.findings.append(&mut faults);
    if mock.settings.errors && is_broken {
        return Err(Problem::violations(std::mem::take(&mut entry.findings)));
    }
    Ok(())
}
