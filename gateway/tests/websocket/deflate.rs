//! Sections 12 and 13: deflated messages, where they were agreed on.

use sightline_gateway::websocket::deflate;

use crate::echo::{CONTINUATION, FIN, Got, LIMIT, PING, TEXT, bye, frame, pong, talk};

const COMPRESSED: u8 = 0x40;
const NORMAL: Got = Got::Close(Some(1000));
const PROTOCOL: Got = Got::Close(Some(1002));

async fn case(frames: &[Vec<u8>], expected: &[Got]) {
    assert_eq!(talk(&[frames.concat()], true).await, expected);
}

#[tokio::test]
async fn messages_may_be_deflated_or_not() {
    for length in [0, 16, 1_024, LIMIT] {
        let text = "abc".repeat(length).split_off(2 * length);
        let message = frame(FIN | COMPRESSED | TEXT, deflate(&[text.as_bytes()]));
        case(
            &[message.clone(), frame(FIN | TEXT, text), message, bye()],
            &[Got::Deflated, Got::Deflated, Got::Deflated, NORMAL],
        )
        .await;
    }
}

#[tokio::test]
async fn a_deflated_message_may_come_in_fragments() {
    let deflated = deflate(&["grüße ".repeat(100).as_bytes()]);
    let (first, second) = deflated.split_at(deflated.len() / 2);
    let [begin, last] = [(COMPRESSED | TEXT, first), (FIN | CONTINUATION, second)].map(|(bits, it)| frame(bits, it));
    case(&[begin.clone(), frame(FIN | PING, "?"), last, bye()], &[pong("?"), Got::Deflated, NORMAL]).await;
    // Only the first fragment says that it is deflated.
    case(&[begin, frame(FIN | COMPRESSED | CONTINUATION, second)], &[PROTOCOL]).await;
    case(&[frame(FIN | COMPRESSED | PING, "?")], &[PROTOCOL]).await;
}

#[tokio::test]
async fn what_inflates_to_too_much_or_to_garbage_ends_the_connection() {
    let bomb = deflate(&[&vec![b'*'; 60_000_000]]);
    assert!(bomb.len() > LIMIT, "so it is cut where it still would be far too much");
    case(&[frame(FIN | COMPRESSED | TEXT, &bomb[..LIMIT])], &[Got::Close(Some(1009))]).await;
    case(&[frame(FIN | COMPRESSED | TEXT, [0xff; 30])], &[Got::Close(Some(1007))]).await;
    case(&[frame(FIN | COMPRESSED | TEXT, deflate(&[b"\xff\xfe"]))], &[Got::Close(Some(1007))]).await;
}
