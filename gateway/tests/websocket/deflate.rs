//! Sections 12 and 13: deflated messages, where they were agreed on.

use sightline_gateway::websocket::deflate;

use crate::echo::{BINARY, CONTINUATION, FIN, Got, LIMIT, PING, TEXT, bye, fragments, frame, pong, talk};

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
async fn section_12_messages_of_all_lengths_whole_and_in_fragments() {
    for length in [16, 64, 256, 1_024, 4_096, 8_192, 16_384, 32_768, 65_536] {
        // A text of JSON's kind, and bytes that deflate to more than they are.
        let text: String = (0..).map(|it| format!(r#"{{"id":{it},"ratio":0.{it}}},"#)).take(length / 10 + 1).collect();
        let noise: Vec<u8> =
            (0..length as u32).map(|it| (it.wrapping_mul(it).wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for (opcode, payload) in [(TEXT, &text.as_bytes()[..length]), (BINARY, &noise[..])] {
            let deflated = deflate(&[payload]);
            let message = frame(FIN | COMPRESSED | opcode, &deflated);
            let [small, large] = [256, 32_768].map(|size| fragments(COMPRESSED | opcode, &deflated, size));
            case(&[message, small, large, bye()], &[Got::Deflated, Got::Deflated, Got::Deflated, NORMAL]).await;
        }
    }
}

#[tokio::test]
async fn section_12_many_messages_in_a_row() {
    let message = frame(FIN | COMPRESSED | TEXT, deflate(&["grüße ".repeat(50).as_bytes()]));
    let frames: Vec<_> = (0..1_000).map(|_| message.clone()).chain([bye()]).collect();
    let expected: Vec<_> = (0..1_000).map(|_| Got::Deflated).chain([NORMAL]).collect();
    case(&frames, &expected).await;
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
