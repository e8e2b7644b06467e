//! An alarm that is set for one request after the other.
//!
//! A timer made for each request enters and leaves the runtime's list of timers each time, which costs more than
//! routing. One that stays is mostly not even moved: it goes off when it was first set for, and is only then set for what
//! was asked since.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use hyper::rt;
use tokio::{
    task::coop::has_budget_remaining,
    time::{self, Sleep},
};

/// An alarm for one wait at a time: setting it forgets for what it was set before. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub(super) struct Alarm {
    clockwork: Arc<Mutex<Clockwork>>,
}

#[derive(Debug)]
struct Clockwork {
    sleep: Pin<Box<Sleep>>,
    /// When the sleep ends; the alarm looks then whether it is to go off. Kept here, beside what is looked at anyway.
    ends: time::Instant,
    /// When the alarm goes off, no earlier than the sleep ends.
    due: time::Instant,
    /// Who is woken when the sleep ends, if it is waited for.
    woken: Option<Waker>,
}

impl Alarm {
    /// An alarm that is not set.
    pub(super) fn new() -> Self {
        let sleep = Box::pin(time::sleep(Duration::MAX));
        let ends = sleep.deadline();
        Self { clockwork: Arc::new(Mutex::new(Clockwork { sleep, ends, due: ends, woken: None })) }
    }

    /// Sets it; it goes off after that time.
    pub(super) fn ring_in(&self, patience: Duration) -> Ring {
        self.set(rt::Timer::now(self) + patience)
    }

    fn set(&self, deadline: Instant) -> Ring {
        self.clockwork().set(deadline.into());
        Ring { alarm: self.clone() }
    }

    fn clockwork(&self) -> MutexGuard<'_, Clockwork> {
        self.clockwork.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clockwork {
    fn set(&mut self, due: time::Instant) {
        self.due = due;
        if due < self.ends {
            self.reset();
        }
    }

    fn reset(&mut self) {
        self.sleep.as_mut().reset(self.due);
        self.ends = self.due;
        self.woken = None;
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let is_known = |waker: &Waker| waker.will_wake(context.waker());
        if self.woken.as_ref().is_some_and(is_known) && !self.sleep.is_elapsed() {
            return Poll::Pending;
        }
        loop {
            // A sleep does not take note of who waits once the task has had its share of this turn.
            let takes_note = has_budget_remaining();
            if self.sleep.as_mut().poll(context).is_pending() {
                self.woken = takes_note.then(|| context.waker().clone());
                return Poll::Pending;
            }
            if self.ends >= self.due {
                return Poll::Ready(());
            }
            self.reset();
        }
    }
}

impl rt::Timer for Alarm {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn rt::Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(self.set(deadline))
    }

    fn now(&self) -> Instant {
        time::Instant::now().into()
    }
}

/// Is done once its alarm goes off.
pub(super) struct Ring {
    alarm: Alarm,
}

impl Future for Ring {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.alarm.clockwork().poll(context)
    }
}

impl rt::Sleep for Ring {}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use tokio::select;

    use super::*;

    /// Waits for `work`; `None` if it is not done within `patience`.
    async fn within<T>(alarm: &Alarm, patience: Duration, work: impl Future<Output = T>) -> Option<T> {
        select! {
            biased;
            done = work => Some(done),
            () = alarm.ring_in(patience) => None,
        }
    }

    #[tokio::test]
    async fn an_alarm_goes_off_again_and_again_but_not_for_what_is_done() {
        let alarm = Alarm::new();
        let (short, long) = (Duration::from_millis(5), Duration::from_mins(10));
        for _ in 0..3 {
            assert_eq!(within(&alarm, short, pending::<()>()).await, None);
            assert_eq!(within(&alarm, long, ready(1)).await, Some(1));
            // Set for long and then for short: the later setting counts.
            assert_eq!(within(&alarm, long, time::sleep(short)).await, Some(()));
        }
    }
}
