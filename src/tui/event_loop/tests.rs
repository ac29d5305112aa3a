//! The loop on a paused clock: stories of keys, floods, silence and the end.

use ratatui::layout::Size;
use tokio::time::{Instant, advance, sleep};

use super::harness::{Driver, Recorder, play, play_all, report};
use super::*;

#[tokio::test(start_paused = true)]
async fn the_first_frame_needs_nothing_but_the_size() {
    let (exit, (), told) = play_all(Recorder::default(), async |driver: &mut Driver| {
        tokio::task::yield_now().await;
        assert_eq!(driver.frames(), 1);
        driver.key('q').await;
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Asked);
    assert_eq!(told[0], Msg::Input(Input::Resize(30, 3)));
}

#[tokio::test(start_paused = true)]
async fn effects_are_done_in_order_and_their_answers_come_back() {
    let (_, log, told) = play_all(Recorder::default(), async |driver: &mut Driver| {
        driver.key('c').await;
        sleep(Duration::from_secs(1)).await;
        driver.key('q').await;
        driver.log.borrow().clone()
    })
    .await;
    assert_eq!(log, ["Copy(\"text\")", "cancel 1"]);
    assert_eq!(told[2], Msg::Outside(Outside::Copied("sent".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_later_is_told_too() {
    let recorder = Recorder {
        late: true,
        ..Recorder::default()
    };
    let (_, (), told) = play_all(recorder, async |driver: &mut Driver| {
        driver.key('c').await;
        sleep(Duration::from_secs(1)).await;
        driver.key('q').await;
    })
    .await;
    assert_eq!(told[2], Msg::Outside(Outside::Copied("sent".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn who_asks_to_be_woken_is_woken_then_and_once_even_in_a_flood() {
    let (_, (), told) = play_all(Recorder::default(), async |driver: &mut Driver| {
        driver.key('t').await;
        for _ in 0..200 {
            while driver.reports.try_send(report(1)).is_ok() {}
            advance(Duration::from_millis(1)).await;
        }
        driver.key('q').await;
    })
    .await;
    let ticks = told.iter().filter(|msg| **msg == Msg::Tick).count();
    assert_eq!(ticks, 1);
    let tick = told.iter().position(|msg| *msg == Msg::Tick).unwrap();
    let later = told[tick..].iter().any(|msg| matches!(msg, Msg::Task(_)));
    assert!(later, "not only when the flood was over");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_drawn_while_nothing_happens() {
    let (_, frames) = play(Recorder::default(), async |driver: &mut Driver| {
        sleep(Duration::from_secs(60)).await;
        let frames = driver.frames();
        driver.key('q').await;
        frames
    })
    .await;
    assert_eq!(frames, 1);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_reports_makes_sixty_frames_a_second_at_most() {
    let (_, (frames, busiest)) = play(Recorder::default(), async |driver: &mut Driver| {
        // 20 reports a millisecond for three seconds, a key every tenth
        for millisecond in 0..3000_u64 {
            for task in 0..20 {
                driver.reports.send(report(task)).await.unwrap();
            }
            if millisecond % 100 == 0 {
                driver.key('j').await;
            }
            advance(Duration::from_millis(1)).await;
        }
        let seen = (driver.frames(), driver.busiest_second());
        driver.key('q').await;
        seen
    })
    .await;
    assert!(busiest <= 60, "{busiest} frames in one second");
    // and it is not that nothing was drawn
    assert!(frames > 150, "{frames}");
}

#[tokio::test(start_paused = true)]
async fn a_key_in_a_flood_has_its_frame_at_once() {
    let (exit, late) = play(Recorder::default(), async |driver: &mut Driver| {
        let mut late = Vec::new();
        for round in 0..100_u64 {
            // the key falls anywhere between two frames
            for _ in 0..(50 + round % 17) {
                driver.reports.try_send(report(round)).unwrap();
                advance(Duration::from_millis(1)).await;
            }
            while driver.reports.try_send(report(round)).is_ok() {}
            let pressed = Instant::now();
            let before = driver.frames();
            driver.key('j').await;
            while driver.frames() == before {
                sleep(Duration::from_millis(1)).await;
            }
            late.push(driver.frames.borrow()[before] - pressed);
        }
        driver.key('q').await;
        late
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Asked);
    let worst = late.iter().max().unwrap();
    assert!(*worst <= Duration::from_millis(1), "{late:?}");
}

#[tokio::test(start_paused = true)]
async fn many_keys_at_once_are_all_handled_before_one_frame() {
    let (exit, frames) = play(Recorder::default(), async |driver: &mut Driver| {
        sleep(Duration::from_secs(1)).await;
        let before = driver.frames();
        for _ in 0..60 {
            driver.key('j').await;
        }
        sleep(Duration::from_secs(1)).await;
        let frames = driver.frames() - before;
        driver.key('q').await;
        frames
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Asked);
    assert_eq!(frames, 1);
}

#[tokio::test(start_paused = true)]
async fn a_size_that_changes_while_a_frame_is_drawn_makes_another_frame() {
    let recorder = Recorder::default();
    let sizes = recorder.sizes.clone();
    let (_, (), told) = play_all(recorder, async |driver: &mut Driver| {
        sleep(Duration::from_secs(1)).await;
        // told 20 by 5, found 10 by 2 inside the frame, then it stays
        let new = [(20, 5), (10, 2), (12, 2)].map(|(columns, rows)| Size::new(columns, rows));
        sizes.borrow_mut().extend(new);
        let (events, before) = (driver.events.as_ref().unwrap(), driver.frames());
        events.send(Event::Resize(20, 5)).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        assert!(driver.frames() > before);
        driver.key('q').await;
    })
    .await;
    let last = told
        .iter()
        .rev()
        .find(|msg| matches!(msg, Msg::Input(Input::Resize(..))));
    assert_eq!(last, Some(&Msg::Input(Input::Resize(12, 2))));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_terminal_ends_the_session() {
    let (exit, ()) = play(Recorder::default(), async |driver: &mut Driver| {
        driver.events = None;
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::TerminalGone);
}

#[tokio::test(start_paused = true)]
async fn a_signal_ends_it_even_in_a_flood() {
    let (exit, ()) = play(Recorder::default(), async |driver: &mut Driver| {
        while driver.reports.try_send(report(1)).is_ok() {}
        let stop = Signal::Stop(Exit::Signal(15));
        driver.signals.send(stop).await.unwrap();
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Signal(15));
}

#[tokio::test(start_paused = true)]
async fn a_stop_gives_the_terminal_away_and_the_continuation_draws_everything() {
    let (_, frames) = play(Recorder::default(), async |driver: &mut Driver| {
        sleep(Duration::from_secs(1)).await;
        driver.signals.send(Signal::Suspend).await.unwrap();
        driver.signals.send(Signal::Continue).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        assert_eq!(*driver.log.borrow(), ["suspend", "resume"]);
        let frames = driver.frames();
        driver.key('q').await;
        frames
    })
    .await;
    assert_eq!(frames, 2);
}

#[tokio::test(start_paused = true)]
async fn a_stop_from_outside_is_noticed_when_it_is_over() {
    let (exit, ()) = play(Recorder::default(), async |driver: &mut Driver| {
        driver.signals.send(Signal::Continue).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        assert_eq!(*driver.log.borrow(), ["resume"]);
        assert_eq!(driver.frames(), 2);
        driver.key('q').await;
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Asked);
}

#[tokio::test(start_paused = true)]
async fn without_a_shell_nothing_is_stopped() {
    let recorder = Recorder {
        no_shell: true,
        ..Recorder::default()
    };
    let (_, (), told) = play_all(recorder, async |driver: &mut Driver| {
        driver.key('z').await;
        driver.signals.send(Signal::Suspend).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        assert!(driver.log.borrow().is_empty());
        driver.key('q').await;
    })
    .await;
    assert!(told.contains(&Msg::Outside(Outside::Failed("no shell".to_owned()))));
}

#[tokio::test(start_paused = true)]
async fn the_persons_editor_has_the_terminal_and_the_screen_is_drawn_again_after_it() {
    let (exit, frames, told) = play_all(Recorder::default(), async |driver: &mut Driver| {
        driver.key('e').await;
        sleep(Duration::from_secs(1)).await;
        let frames = driver.frames();
        driver.key('q').await;
        assert_eq!(*driver.log.borrow(), ["edit", "resume"]);
        frames
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Asked);
    assert!(frames >= 2);
    assert!(told.contains(&Msg::Outside(Outside::Edited(Edited::Same))));
}

#[tokio::test(start_paused = true)]
async fn the_editors_own_interrupt_is_not_ours_and_a_request_to_end_ends_both() {
    let recorder = Recorder {
        slow_editor: true,
        ..Recorder::default()
    };
    let (exit, log, told) = play_all(recorder, async |driver: &mut Driver| {
        driver.key('e').await;
        sleep(Duration::from_secs(1)).await;
        let interrupt = Signal::Stop(Exit::Signal(2));
        driver.signals.send(interrupt).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        assert_eq!(*driver.log.borrow(), ["edit"], "it goes on");
        let end = Signal::Stop(Exit::Signal(15));
        driver.signals.send(end).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        driver.log.borrow().clone()
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Signal(15));
    assert_eq!(log, ["edit", "asked to end"]);
    assert!(told.contains(&Msg::Outside(Outside::Edited(Edited::Same))));
}
