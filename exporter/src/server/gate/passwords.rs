//! Checking passwords against bcrypt hashes, without paying for bcrypt at every scrape.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use ring::hmac;
use ring::rand::SystemRandom;
use tokio::sync::Semaphore;

/// An unknown user's password is checked against this, so that the answer's time does not tell who exists.
const NOBODY: &str = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";

/// What was decided of so many credentials is remembered; then the table starts anew.
const MOST_DECISIONS: usize = 100;

pub(super) struct Passwords {
    /// Decisions by a keyed digest of user, hash and password: no password stays in memory.
    decided: Mutex<HashMap<Vec<u8>, bool>>,
    key: hmac::Key,
    /// bcrypt is made to be slow; one at a time, so that a flood of guesses takes one core and not all.
    one: Semaphore,
}

impl Passwords {
    pub(super) fn new() -> Self {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new());
        let key = key.expect("the system has randomness once it has booted");
        Passwords { decided: Mutex::new(HashMap::new()), key, one: Semaphore::new(1) }
    }

    /// Whether the user is one of `users` and the password fits the hash.
    pub(super) async fn allow(&self, users: &BTreeMap<String, String>, given: Option<(String, String)>) -> bool {
        let Some((user, password)) = given else { return false };
        let known = users.get(&user);
        let hash = known.map_or(NOBODY, String::as_str).to_owned();
        let digest = self.digest([&user, &hash, &password]);
        if let Some(&decided) = self.decided().get(&digest) {
            return decided;
        }
        let Ok(_turn) = self.one.acquire().await else { return false };
        let fits = tokio::task::spawn_blocking(move || bcrypt::verify(password, &hash).unwrap_or(false)).await;
        let allowed = known.is_some() && fits.unwrap_or(false);
        let mut decided = self.decided();
        if decided.len() >= MOST_DECISIONS {
            decided.clear();
        }
        decided.insert(digest, allowed);
        allowed
    }

    fn digest(&self, parts: [&str; 3]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.key);
        for part in parts {
            context.update(&part.len().to_le_bytes());
            context.update(part.as_bytes());
        }
        context.sign().as_ref().to_vec()
    }

    fn decided(&self) -> std::sync::MutexGuard<'_, HashMap<Vec<u8>, bool>> {
        self.decided.lock().expect("a look into the table does not panic")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_known_user_with_the_right_password_gets_in() {
        let users = BTreeMap::from([("ada".to_owned(), bcrypt::hash("secret", 4).unwrap())]);
        let passwords = Passwords::new();
        for _ in 0..2 {
            for (user, password, allowed) in [
                ("ada", "secret", true),
                ("ada", "Secret", false),
                ("bob", "secret", false),
                ("bob", "fakepassword", false),
            ] {
                let given = Some((user.to_owned(), password.to_owned()));
                assert_eq!(passwords.allow(&users, given).await, allowed, "{user} {password}");
            }
            assert!(!passwords.allow(&users, None).await);
        }
        assert_eq!(passwords.decided().len(), 4);
    }
}
