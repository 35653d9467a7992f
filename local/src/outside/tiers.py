"""The matrix of tiers by OpenAI's SDK for Python, against the running dev stack.

Queued work in each of its forms: in the background, waited for, streamed, cancelled, repeated. Each use is tried on a
model whose server speaks chat completions and on one whose server speaks responses. Exits with 1 when one fails.
"""

import json
import os
import sys
import time
import traceback

import httpx
import openai

with open(os.environ.get("SLUICE_DEV_JSON", ".sluice/dev.json")) as file:
    DEV = json.load(file)
CLIENT = openai.OpenAI(base_url=DEV["base_url"], api_key=DEV["api_key"], max_retries=0)
HTTP = httpx.Client(
    base_url=DEV["base_url"], headers={"authorization": "Bearer " + DEV["api_key"]}, timeout=60
)


def ended(response):
    deadline = time.monotonic() + 30
    while response.status in ("queued", "in_progress"):
        assert time.monotonic() < deadline, response
        time.sleep(0.1)
        response = CLIENT.responses.retrieve(response.id)
    return response


def post(path, body, headers=None):
    return HTTP.post(path, json=body, headers=headers or {})


def background_is_polled(kind):
    raw = post("/responses", {"model": f"{kind}-echo", "input": "one two", "background": True})
    assert raw.status_code == 202 and raw.json()["status"] == "in_progress", raw.text
    assert raw.headers["x-sluice-response-id"] == raw.json()["id"], raw.headers
    job = CLIENT.responses.create(model=f"{kind}-echo", input="three four", background=True)
    assert job.background and job.output == [], job
    done = ended(job)
    assert done.output_text == "three four" and done.status == "completed", done
    assert done.service_tier == "default" and done.background, done


def priority_in_the_background(kind):
    raw = post(
        "/responses",
        {"model": f"{kind}-echo", "input": "soon", "background": True, "service_tier": "priority"},
    )
    assert raw.status_code == 202 and raw.json()["status"] == "in_progress", raw.text
    done = ended(CLIENT.responses.retrieve(raw.json()["id"]))
    assert done.status == "completed" and done.service_tier == "priority", done


def flex_in_the_background(kind):
    raw = post(
        "/responses",
        {"model": f"{kind}-echo", "input": "later", "background": True, "service_tier": "flex"},
    )
    assert raw.status_code == 202 and raw.json()["status"] == "queued", raw.text
    assert ended(CLIENT.responses.retrieve(raw.json()["id"])).output_text == "later"


def flex_is_waited_for(kind):
    response = CLIENT.responses.create(model=f"{kind}-echo", input="no hurry", service_tier="flex")
    assert response.output_text == "no hurry" and response.service_tier == "flex", response
    assert CLIENT.responses.retrieve(response.id) == response
    chat = CLIENT.chat.completions.create(
        model=f"{kind}-echo", messages=[{"role": "user", "content": "no hurry"}], service_tier="flex"
    )
    assert chat.choices[0].message.content == "no hurry" and chat.service_tier == "flex", chat
    assert CLIENT.responses.retrieve(chat.id).output_text == "no hurry"


def flex_is_streamed(kind):
    events = list(
        CLIENT.responses.create(model=f"{kind}-echo", input="a b c", service_tier="flex", stream=True)
    )
    types = [event.type for event in events]
    assert types[:2] == ["response.created", "response.in_progress"], types
    assert types[-1] == "response.completed" and events[-1].response.output_text == "a b c", types
    assert [event.sequence_number for event in events] == list(range(len(events))), types
    again = list(CLIENT.responses.retrieve(events[0].response.id, stream=True, starting_after=1))
    assert [event.type for event in again] == types[2:], again
    chunks = CLIENT.chat.completions.create(
        model=f"{kind}-echo",
        messages=[{"role": "user", "content": "a b c"}],
        service_tier="flex",
        stream=True,
    )
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert said == "a b c", said


def background_is_streamed_and_resumed(kind):
    stream = CLIENT.responses.create(
        model=f"{kind}-echo", input="x y z", background=True, stream=True
    )
    first = next(iter(stream))
    assert first.type == "response.created", first
    stream.close()
    rest = list(
        CLIENT.responses.retrieve(
            first.response.id, stream=True, starting_after=first.sequence_number
        )
    )
    assert rest[0].sequence_number == 1 and rest[-1].response.output_text == "x y z", rest


def cancel(kind):
    job = CLIENT.responses.create(model="demo-slow", input="word " * 200, background=True)
    time.sleep(3)
    begun = time.monotonic()
    gone = CLIENT.responses.cancel(job.id)
    assert gone.status == "cancelled", gone
    assert CLIENT.responses.cancel(job.id).status == "cancelled"
    while True:
        attempts = HTTP.get(f"/responses/{job.id}?include[]=x_sluice.attempts").json()
        calls = attempts["x_sluice"]["attempts"]
        if calls and calls[-1]["usage"]:
            break  # The run has noticed, and said what the call cost until then.
        assert time.monotonic() - begun < 6, attempts
        time.sleep(0.1)
    assert calls[-1]["error"] == "canceled" and calls[-1]["finished_at"], calls
    assert CLIENT.responses.retrieve(job.id).usage.output_tokens > 0
    done = CLIENT.responses.create(model=f"{kind}-echo", input="done", service_tier="flex")
    assert CLIENT.responses.cancel(done.id) == done


def attempts_are_shown(kind):
    job = CLIENT.responses.create(model=f"{kind}-flaky", input="fail:400", background=True)
    failed = ended(job)
    assert failed.status == "failed" and failed.error, failed
    shown = HTTP.get(f"/responses/{job.id}?include[]=x_sluice.attempts").json()["x_sluice"]["attempts"]
    assert len(shown) == 1 and shown[0]["status"] == 400 and shown[0]["upstream_model"] == "demo-flaky", shown


def a_conversation_goes_on(kind):
    first = CLIENT.responses.create(model=f"{kind}-echo", input="My name is Ada.", service_tier="flex")
    second = CLIENT.responses.create(
        model=f"{kind}-echo", input="And again.", previous_response_id=first.id, background=True
    )
    assert ended(second).output_text == "And again."


def an_sdk_retry_is_the_same_request(kind):
    body = {"model": f"{kind}-echo", "input": f"once {time.time_ns()}", "background": True}
    first = post("/responses", body, {"x-stainless-retry-count": "0"})
    again = post("/responses", body, {"x-stainless-retry-count": "1"})
    other = post("/responses", body, {"x-stainless-retry-count": "0"})
    assert first.json()["id"] == again.json()["id"] != other.json()["id"], (first.text, again.text)
    assert again.headers["idempotent-replayed"] == "true", again.headers


def mistakes_are_told(kind):
    for body, param in [
        ({"service_tier": "background"}, "background"),
        ({"service_tier": "cheap"}, "service_tier"),
        ({"service_tier": "flex", "store": False}, "store"),
        ({"background": True, "store": False}, "store"),
        ({"background": "yes"}, "background"),
    ]:
        raw = post("/responses", {"model": f"{kind}-echo", "input": "x", **body})
        assert raw.status_code == 400 and raw.json()["error"]["param"] == param, (body, raw.text)
    raw = post("/responses", {"model": f"{kind}-echo", "input": "x", "service_tier": "background", "background": True})
    assert raw.status_code == 403, raw.text


def embeddings_wait(kind):
    listed = CLIENT.embeddings.create(
        model="demo-embed", input=["a", "b"], extra_body={"service_tier": "flex"}
    )
    assert len(listed.data) == 2 and len(listed.data[0].embedding) > 1, listed


def deletion(kind):
    job = CLIENT.responses.create(model="demo-slow", input="word " * 50, background=True)
    CLIENT.responses.delete(job.id)
    try:
        CLIENT.responses.retrieve(job.id)
        raise AssertionError("It is still there")
    except openai.NotFoundError:
        pass


USES = [value for name, value in list(globals().items()) if getattr(value, "__module__", "") == __name__
        and callable(value) and value.__code__.co_varnames[:1] == ("kind",)]


def main():
    failed = 0
    for use in USES:
        for kind in ("demo", "demo-responses"):
            begun = time.monotonic()
            try:
                use(kind)
                print(f"ok      {use.__name__} {kind} {time.monotonic() - begun:.1f} s")
            except Exception:
                failed += 1
                print(f"FAILED  {use.__name__} {kind}")
                traceback.print_exc()
    print(f"{failed} of {2 * len(USES)} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
