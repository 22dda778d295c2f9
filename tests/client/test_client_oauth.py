import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl

import pytest
from asking import level_of
from local_server import answer, document, item, replying

from odoo.addons.base_sync_api.client import Auth, ClientError, oauth

SECRET = "s3cret&+é"


class TokenServer:
    """Gives out tokens t1, t2, …; a request for one is a question."""

    def __init__(self, **content):
        self.content = {"token_type": "bearer", "expires_in": 3600, **content}
        self.questions = []
        self._lock = threading.Lock()

    def __call__(self, question):
        with self._lock:
            self.questions.append(question)
            number = len(self.questions)
        return document({"access_token": f"t{number}", **self.content})


@pytest.fixture(autouse=True)
def no_tokens(monkeypatch):
    monkeypatch.setattr(oauth, "_tokens", oauth._Tokens())


@pytest.fixture
def oauth_api(serve, connect):
    """A client and the servers: ``oauth_api(reply, tokens)``."""

    def start(reply=lambda question: item(), tokens=None, scope="", **kwargs):
        server = serve(replying(reply))
        token_server = serve(replying(tokens or TokenServer()))
        url = token_server.url + "/oauth/token"
        auth = Auth("oauth2", SECRET, "me:é", token_url=url, scope=scope)
        api = connect(server, auth, **kwargs)
        api.server, api.token_server = server, token_server
        return api

    return start


def error_of(api):
    with pytest.raises(ClientError) as caught:
        level_of(api)
    return caught.value


def test_a_token_is_fetched_as_the_standard_has_it_and_sent(oauth_api):
    tokens = TokenServer()
    api = oauth_api(tokens=tokens, scope="read stock")
    assert level_of(api).quantity == 50
    [question] = tokens.questions
    assert (question.method, question.path) == ("POST", "/oauth/token")
    assert dict(parse_qsl(question.body.decode())) == {
        "grant_type": "client_credentials",
        "scope": "read stock",
    }
    credentials = base64.b64encode(b"me%3A%C3%A9:s3cret%26%2B%C3%A9")
    assert api.token_server.header("Authorization") == b"Basic " + credentials
    assert api.server.header("Authorization") == b"Bearer t1"
    assert api.calls == 2


def test_a_token_is_used_again_in_the_whole_process(oauth_api, connect):
    tokens = TokenServer()
    api = oauth_api(tokens=tokens)
    level_of(api)
    other = connect(api.server, api.settings.auth)
    assert level_of(other).quantity == 50
    assert len(tokens.questions) == 1
    # But not for other credentials.
    auth = Auth(**{**api.settings.auth.__dict__, "secret": "new"})
    level_of(connect(api.server, auth))
    assert len(tokens.questions) == 2


def test_many_threads_fetch_one_token(oauth_api):
    tokens = TokenServer()
    api = oauth_api(tokens=tokens, concurrency=8)
    with ThreadPoolExecutor(8) as pool:
        assert [level.quantity for level in pool.map(level_of, [api] * 8)] == [50] * 8
    assert len(tokens.questions) == 1


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (3600, 3540),
        ("3600", 3540),
        (100, 50),
        (0, 0),
        (10**8, 24 * 3600 - 60),
        (None, 300),
        ("soon", 300),
        (-5, 300),
        (1.5, 300),
        (True, 300),
        ([], 300),
        (10**30, 300),
    ],
)
def test_a_token_is_used_for_less_than_it_is_good_for(
    oauth_api, monkeypatch, expires_in, seconds
):
    tokens = TokenServer(expires_in=expires_in)
    api = oauth_api(tokens=tokens)
    now = oauth.time.monotonic
    level_of(api)
    assert [round(t.end - now()) for t in oauth._tokens._tokens.values()] == [seconds]
    ahead = [0]
    monkeypatch.setattr(oauth.time, "monotonic", lambda: now() + ahead[0])
    asked = len(tokens.questions)
    if seconds:
        level_of(api)
        assert len(tokens.questions) == asked
    [token] = oauth._tokens._tokens.values()
    oauth._tokens._tokens = {
        key: token._replace(end=now() - 1) for key in oauth._tokens._tokens
    }
    level_of(api)
    assert len(tokens.questions) == asked + 1


def test_a_token_that_is_refused_is_replaced_once(oauth_api):
    def reply(question):
        return item() if b"Bearer t2" in question.head else answer(status=401)

    tokens = TokenServer()
    api = oauth_api(reply, tokens)
    assert level_of(api).quantity == 50
    assert (len(tokens.questions), api.calls) == (2, 4)


def test_credentials_that_are_good_for_nothing_are_told(oauth_api):
    tokens = TokenServer()
    api = oauth_api(lambda question: answer(status=401), tokens)
    error = error_of(api)
    assert (error.code, error.facts["status"]) == ("auth_failed", 401)
    assert "reason" not in error.facts
    assert (len(tokens.questions), api.calls) == (2, 4)


def test_a_403_that_means_forbidden_burns_no_token(oauth_api):
    tokens = TokenServer()
    api = oauth_api(lambda q: document({"message": "no"}, status=403), tokens)
    error = error_of(api)
    assert (error.facts["status"], error.facts["said"]) == (403, "no")
    assert (len(tokens.questions), api.calls) == (1, 2)


@pytest.mark.parametrize(
    ("expires_in", "age", "asked"),
    [
        (3600, 0, 1),
        (3600, 3000, 1),
        (3600, 3541, 2),  # its end came while the API was thinking
        (None, 0, 1),
        (None, 61, 2),  # who does not say for how long may mean a minute
    ],
)
def test_a_403_for_a_token_that_may_be_over_renews_it_once(
    oauth_api, monkeypatch, expires_in, age, asked
):
    now = oauth.time.monotonic
    ahead = [0]
    monkeypatch.setattr(oauth.time, "monotonic", lambda: now() + ahead[0])

    def reply(question):
        ahead[0] = age
        return item() if b"Bearer t2" in question.head else answer(status=403)

    tokens = TokenServer(expires_in=expires_in)
    api = oauth_api(reply, tokens, total_timeout=10_000)
    if asked == 2:
        assert level_of(api).quantity == 50
    else:
        assert error_of(api).facts["status"] == 403
    assert len(tokens.questions) == asked


@pytest.mark.parametrize(
    "refusal",
    [
        document({"message": "The access token you provided has expired."}, status=403),
        document({"error": "invalid_token"}, status=403),
        answer(status=403, www_authenticate='Bearer error="invalid_token"'),
    ],
)
def test_a_403_that_says_that_the_token_is_over_renews_it_once(oauth_api, refusal):
    def reply(question):
        return item() if b"Bearer t2" in question.head else refusal

    tokens = TokenServer()
    assert level_of(oauth_api(reply, tokens)).quantity == 50
    assert len(tokens.questions) == 2
    tokens = TokenServer()
    assert error_of(oauth_api(lambda q: refusal, tokens)).code == "auth_failed"
    assert len(tokens.questions) == 2


def test_a_guard_before_the_api_burns_no_token(oauth_api):
    tokens = TokenServer(expires_in=None)
    api = oauth_api(lambda q: answer(b"<html>No</html>", status=403), tokens)
    assert error_of(api).facts["reason"] == "blocked"
    assert len(tokens.questions) == 1


def test_what_the_token_server_says_is_quoted(oauth_api):
    content = {"error": "invalid_client", "error_description": f"Bad {SECRET}!"}
    for secret, said in ((SECRET, None), ("x", "Bad x!")):
        content["error_description"] = f"Bad {secret}!"
        api = oauth_api(tokens=lambda question: document(content, status=400))
        error = error_of(api)
        assert error.facts["reason"] == "token"
        assert error.facts.get("said") == said


@pytest.mark.parametrize(
    "reply",
    [
        answer(status=400),
        answer(status=401),
        answer(status=403),
        answer(status=404),
        answer(status=500),
        answer(status=302, location="http://elsewhere.invalid/"),
        answer(status=302, location="/login"),
        answer(b"<html>"),
        answer(b"[]"),
        document({}),
        document({"access_token": None}),
        document({"access_token": 5}),
        document({"access_token": ""}),
        document({"access_token": "a\r\nX-Evil: 1"}),
    ],
)
def test_trouble_with_the_token_is_told_with_the_host_it_is_from(oauth_api, reply):
    api = oauth_api(tokens=lambda question: reply)
    error = error_of(api)
    assert (error.code, error.facts["reason"]) == ("auth_failed", "token")
    assert error.facts["host"] == f"127.0.0.1:{api.token_server.port}"
    assert error.stops_run
    assert api.server.requests == []
    assert SECRET not in repr(error) + json.dumps(error.facts)


def test_a_token_server_that_is_away_or_busy_is_told_as_such(oauth_api):
    api = oauth_api(tokens=lambda question: answer(status=503), max_attempts=2)
    error = error_of(api)
    assert error.facts == {"host": f"127.0.0.1:{api.token_server.port}", "status": 503}
    assert len(api.token_server.requests) == 2
    api = oauth_api(tokens=lambda q: answer(status=429, retry_after="3600"))
    error = error_of(api)
    assert (error.code, error.facts["retry_after"]) == ("rate_limited", 3600)


def test_a_token_and_its_use_share_one_deadline(oauth_api, in_time):
    hang = threading.Event()
    api = oauth_api(
        tokens=lambda question: hang.wait(3) and b"", total_timeout=0.3, concurrency=2
    )
    with in_time(0.3):
        answers = list(api.get_levels(["1", "2"]))
    hang.set()
    assert [error.code for _id, error in answers] == ["timeout", "timeout"]


def test_a_redirect_of_the_token_request_keeps_its_form_or_is_refused(oauth_api):
    tokens = TokenServer()

    def reply(question):
        if question.path == "/oauth/token":
            return answer(status=308, location="/v2/token")
        return tokens(question)

    assert level_of(oauth_api(tokens=reply)).quantity == 50
    assert tokens.questions[0].body == b"grant_type=client_credentials"


def test_a_next_request_after_a_failure_asks_for_a_token_anew(oauth_api):
    tokens = TokenServer()
    replies = iter([answer(status=400)])
    api = oauth_api(tokens=lambda question: next(replies, None) or tokens(question))
    [(_id, error)] = api.get_levels(["123"])
    assert error.code == "auth_failed"
    api.gave_up = None
    assert level_of(api).quantity == 50
