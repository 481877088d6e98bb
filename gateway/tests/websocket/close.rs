//! Section 7: how a connection is closed.

use crate::echo::{CLOSE, CONTINUATION, FIN, Got, PING, TEXT, bye, case, close, echoed, frame, text};

const NORMAL: Got = Got::Close(Some(1000));
const PROTOCOL: Got = Got::Close(Some(1002));

#[tokio::test]
async fn section_7_1_nothing_is_answered_after_a_close() {
    case("7.1.1", &[text("Hello World!"), bye()], &[echoed("Hello World!"), NORMAL]).await;
    case("7.1.2", &[bye(), bye()], &[NORMAL]).await;
    case("7.1.3", &[bye(), frame(FIN | PING, "")], &[NORMAL]).await;
    case("7.1.4", &[bye(), text("after")], &[NORMAL]).await;
    let frames = [frame(TEXT, "fragment1"), bye(), frame(FIN | CONTINUATION, "fragment2")];
    case("7.1.5", &frames, &[NORMAL]).await;
    let long = "BAsd7&jh23".repeat(6_000);
    case("7.1.6", &[text(&long), bye(), frame(FIN | PING, "")], &[echoed(&long), NORMAL]).await;
}

#[tokio::test]
async fn section_7_3_what_a_close_carries() {
    case("7.3.1", &[frame(FIN | CLOSE, "")], &[Got::Close(None)]).await;
    case("7.3.2", &[frame(FIN | CLOSE, "a")], &[PROTOCOL]).await;
    case("7.3.3", &[close(1000, "")], &[NORMAL]).await;
    case("7.3.4", &[close(1000, "Hello World!")], &[NORMAL]).await;
    case("7.3.5", &[close(1000, "*".repeat(123))], &[NORMAL]).await;
    case("7.3.6", &[close(1000, "*".repeat(124))], &[PROTOCOL]).await;
    case("7.5.1", &[close(1000, b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80edited")], &[Got::Close(Some(1007))]).await;
}

#[tokio::test]
async fn section_7_7_codes_that_may_be_used() {
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999] {
        case(&format!("7.7, {code}"), &[close(code, "")], &[Got::Close(Some(code))]).await;
    }
}

#[tokio::test]
async fn section_7_9_codes_that_may_not() {
    for code in [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65_535] {
        case(&format!("7.9 and 7.13, {code}"), &[close(code, "")], &[PROTOCOL]).await;
    }
}
