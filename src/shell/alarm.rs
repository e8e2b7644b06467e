//! An alarm that is set for one request after the other.
//!
//! A timer made for each request enters and leaves the runtime's list of timers each time, which costs more than
//! routing. One that stays is only moved.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use hyper::rt;
use tokio::time::{self, Sleep};

/// An alarm for one wait at a time: setting it forgets for what it was set before. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub(super) struct Alarm {
    sleep: Arc<Mutex<Pin<Box<Sleep>>>>,
}

impl Alarm {
    /// An alarm that is not set.
    pub(super) fn new() -> Self {
        Self { sleep: Arc::new(Mutex::new(Box::pin(time::sleep(Duration::MAX)))) }
    }

    /// Waits for `work`; `None` if it is not done within `patience`.
    pub(super) async fn within<T>(&self, patience: Duration, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        let mut ring = None;
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Some(done));
            }
            let ring = ring.get_or_insert_with(|| self.set(rt::Timer::now(self) + patience));
            Pin::new(ring).poll(context).map(|()| None)
        })
        .await
    }

    fn set(&self, deadline: Instant) -> Ring {
        self.sleep().as_mut().reset(deadline.into());
        Ring { alarm: self.clone() }
    }

    fn sleep(&self) -> MutexGuard<'_, Pin<Box<Sleep>>> {
        self.sleep.lock().unwrap_or_else(PoisonError::into_inner)
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
struct Ring {
    alarm: Alarm,
}

impl Future for Ring {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.alarm.sleep().as_mut().poll(context)
    }
}

impl rt::Sleep for Ring {}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn an_alarm_goes_off_again_and_again_but_not_for_what_is_done() {
        let alarm = Alarm::new();
        let (short, long) = (Duration::from_millis(5), Duration::from_mins(10));
        for _ in 0..3 {
            assert_eq!(alarm.within(short, pending::<()>()).await, None);
            assert_eq!(alarm.within(long, async { 1 }).await, Some(1));
            // Set for long and then for short: the later setting counts.
            assert_eq!(alarm.within(long, time::sleep(short)).await, Some(()));
        }
    }
}
