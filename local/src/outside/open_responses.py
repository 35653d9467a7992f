"""The HTTP acceptance cases of Open Responses (2026-04-24) against a running stack.

Every object and event is validated by `openresponses-types`, the types that are generated from the
published specification, so that nothing of Sluice judges itself. It reads streams as the public
suite does: an event must arrive whole, with LF line ends. All cases run at once.

    pip install openresponses-types httpx
    python local/src/outside/open_responses.py [model]     # reads .sluice/dev.json
"""

import asyncio
import json
import sys

import httpx
import openresponses_types as types
from pydantic import TypeAdapter, ValidationError

MODEL = sys.argv[1] if len(sys.argv) > 1 else "demo-echo"
TOOLS_MODEL = sys.argv[2] if len(sys.argv) > 2 else "demo-tools"

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

EVENTS = {
    "response.created": types.ResponseCreatedStreamingEvent,
    "response.queued": types.ResponseQueuedStreamingEvent,
    "response.in_progress": types.ResponseInProgressStreamingEvent,
    "response.completed": types.ResponseCompletedStreamingEvent,
    "response.failed": types.ResponseFailedStreamingEvent,
    "response.incomplete": types.ResponseIncompleteStreamingEvent,
    "response.output_item.added": types.ResponseOutputItemAddedStreamingEvent,
    "response.output_item.done": types.ResponseOutputItemDoneStreamingEvent,
    "response.content_part.added": types.ResponseContentPartAddedStreamingEvent,
    "response.content_part.done": types.ResponseContentPartDoneStreamingEvent,
    "response.output_text.delta": types.ResponseOutputTextDeltaStreamingEvent,
    "response.output_text.done": types.ResponseOutputTextDoneStreamingEvent,
    "response.output_text.annotation.added": types.ResponseOutputTextAnnotationAddedStreamingEvent,
    "response.refusal.delta": types.ResponseRefusalDeltaStreamingEvent,
    "response.refusal.done": types.ResponseRefusalDoneStreamingEvent,
    "response.function_call_arguments.delta": types.ResponseFunctionCallArgumentsDeltaStreamingEvent,
    "response.function_call_arguments.done": types.ResponseFunctionCallArgumentsDoneStreamingEvent,
    "response.reasoning_summary_part.added": types.ResponseReasoningSummaryPartAddedStreamingEvent,
    "response.reasoning_summary_part.done": types.ResponseReasoningSummaryPartDoneStreamingEvent,
    "response.reasoning_summary_text.delta": types.ResponseReasoningSummaryDeltaStreamingEvent,
    "response.reasoning_summary_text.done": types.ResponseReasoningSummaryDoneStreamingEvent,
    "response.reasoning.delta": types.ResponseReasoningDeltaStreamingEvent,
    "response.reasoning.done": types.ResponseReasoningDoneStreamingEvent,
    "error": types.ErrorStreamingEvent,
}

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "The current weather of a place.",
    "parameters": {
        "type": "object",
        "properties": {"location": {"type": "string"}},
        "required": ["location"],
    },
}


def message(role, content, **more):
    return {"type": "message", "role": role, "content": content, **more}


def check(kind, value):
    TypeAdapter(kind).validate_python(value)


def whole(response, *item_types):
    check(types.ResponseResource, response)
    assert response["status"] == "completed", response["status"]
    assert response["output"], "no output"
    for wanted in item_types:
        assert any(item["type"] == wanted for item in response["output"]), f"no {wanted}"
    return response


class Suite:
    def __init__(self, dev):
        self.http = httpx.AsyncClient(
            base_url=dev["base_url"],
            headers={"Authorization": "Bearer " + dev["api_key"]},
            timeout=60,
        )

    async def create(self, model=MODEL, **body):
        answer = await self.http.post("/responses", json={"model": model, **body})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("application/json")
        return answer.json()

    async def stream(self, model=MODEL, headers=None, **body):
        """All events, each of which has come in one piece; the last frame must be [DONE]."""
        events = []
        body = {"model": model, "stream": True, **body}
        async with self.http.stream("POST", "/responses", json=body, headers=headers) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            text = "".join([chunk async for chunk in answer.aiter_text()])
        assert "\r" not in text, "CR in the stream"
        frames = [frame for frame in text.split("\n\n") if frame and not frame.startswith(":")]
        assert frames.pop() == "data: [DONE]", "no [DONE] at the end"
        for number, frame in enumerate(frames):
            event_line, data_line = frame.split("\n")
            event = json.loads(data_line.removeprefix("data: "))
            assert event_line == "event: " + event["type"], event_line
            assert event["sequence_number"] == number, event
            check(EVENTS[event["type"]], event)
            events.append(event)
        return events

    async def basic_response(self):
        whole(await self.create(input=[message("user", "Say hello in exactly three words.")]))

    async def assistant_phase(self):
        whole(
            await self.create(
                input=[
                    message("assistant", "Let me think about it.", phase="commentary"),
                    message("assistant", "The answer is four.", phase="final_answer"),
                    message("user", "And twice that?"),
                ]
            )
        )

    async def streaming_response(self):
        events = await self.stream(input=[message("user", "Count from one to five.")])
        assert events[0]["type"] == "response.created"
        assert events[-1]["type"] == "response.completed"
        whole(events[-1]["response"])

    async def system_prompt(self):
        whole(
            await self.create(
                input=[message("system", "Answer like a sailor."), message("user", "Say hello.")]
            )
        )

    async def tool_calling(self):
        answer = await self.create(
            model=TOOLS_MODEL,
            input=[message("user", "What is the weather in Lisbon?")],
            tools=[WEATHER],
        )
        whole(answer, "function_call")

    async def tool_calling_streaming(self):
        events = await self.stream(
            model=TOOLS_MODEL,
            input=[message("user", "What is the weather in Lisbon?")],
            tools=[WEATHER],
        )
        seen = {event["type"] for event in events}
        for needed in ("delta", "done"):
            assert "response.function_call_arguments." + needed in seen, seen
        for needed in ("added", "done"):
            assert any(
                event["type"] == "response.output_item." + needed
                and event["item"]["type"] == "function_call"
                for event in events
            )
        whole(events[-1]["response"], "function_call")

    async def function_call_round_trip(self):
        first = await self.create(
            model=TOOLS_MODEL,
            input=[message("user", "What is the weather in Lisbon?")],
            tools=[WEATHER],
            tool_choice={"type": "function", "name": "get_weather"},
        )
        call = next(item for item in first["output"] if item["type"] == "function_call")
        second = await self.create(
            model=TOOLS_MODEL,
            previous_response_id=first["id"],
            tools=[WEATHER],
            input=[
                {"type": "function_call_output", "call_id": call["call_id"], "output": "Sunny."}
            ],
        )
        whole(second, "message")
        assert second["previous_response_id"] == first["id"]

    async def image_input(self):
        whole(
            await self.create(
                input=[
                    message(
                        "user",
                        [
                            {"type": "input_text", "text": "What do you see?"},
                            {"type": "input_image", "image_url": PIXEL},
                        ],
                    )
                ]
            )
        )

    async def multi_turn(self):
        whole(
            await self.create(
                input=[
                    message("user", "My name is Alice."),
                    message("assistant", "Hello Alice!"),
                    message("user", "What is my name?"),
                ]
            )
        )

    async def previous_response_id(self):
        first = whole(await self.create(input="My name is Alice."))
        second = whole(await self.create(input="What is my name?", previous_response_id=first["id"]))
        assert second["previous_response_id"] == first["id"]

    async def compact_response(self):
        answer = await self.http.post(
            "/responses/compact",
            json={
                "model": MODEL,
                "prompt_cache_key": "open-responses",
                "input": [message("user", "Remember the number 7."), message("assistant", "Noted.")],
            },
        )
        assert answer.status_code == 200, answer.text
        compacted = answer.json()
        check(types.CompactResource, compacted)
        assert compacted["object"] == "response.compaction"
        assert any(item["type"] == "compaction" for item in compacted["output"])
        whole(await self.create(input=[*compacted["output"], message("user", "Which number?")]))

    async def compact_missing_model(self):
        answer = await self.http.post(
            "/responses/compact", json={"input": [message("user", "Remember the number 7.")]}
        )
        assert answer.status_code in (400, 422), answer.status_code

    async def reasoning_dialect(self):
        events = await self.stream(
            model="demo-reason",
            headers={"x-sluice-dialect": "open-responses"},
            input="Think first.",
        )
        assert any(event["type"] == "response.reasoning.delta" for event in events)
        whole(events[-1]["response"], "reasoning", "message")


async def main():
    with open(".sluice/dev.json") as file:
        suite = Suite(json.load(file))
    cases = [
        case for name, case in vars(Suite).items() if name[0] != "_" and name not in ("create", "stream")
    ]

    async def run(case):
        try:
            await case(suite)
            return None
        except (AssertionError, KeyError, StopIteration, ValidationError, httpx.HTTPError) as e:
            return f"{type(e).__name__}: {e}"

    faults = await asyncio.gather(*(run(case) for case in cases))
    for case, fault in zip(cases, faults):
        print("ok    " if fault is None else "FAILED", case.__name__, fault or "")
    sys.exit(any(fault is not None for fault in faults))


asyncio.run(main())
