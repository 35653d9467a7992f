"""The documented uses of the Responses API by OpenAI's SDK for Python, against the running dev stack.

Only the base URL and the key differ from a program that talks to OpenAI. Each use is tried on a model whose server
speaks chat completions and on one whose server speaks responses. Exits with 1 when one of them fails.
"""

import json
import os
import sys
import traceback

import openai
from pydantic import BaseModel

with open(os.environ.get("SLUICE_DEV_JSON", ".sluice/dev.json")) as file:
    DEV = json.load(file)
CLIENT = openai.OpenAI(base_url=DEV["base_url"], api_key=DEV["api_key"], max_retries=0)
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city.",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


class Event(BaseModel):
    name: str
    participants: list[str]


def text(kind):
    response = CLIENT.responses.create(model=f"{kind}-echo", instructions="Be brief.", input="Hello, Sluice!")
    assert response.output_text == "Hello, Sluice!", response
    assert response.status == "completed", response
    assert response.instructions == "Be brief.", response


def streaming(kind):
    deltas, last = [], None
    for event in CLIENT.responses.create(model=f"{kind}-echo", input="one two three", stream=True):
        if event.type == "response.output_text.delta":
            deltas.append(event.delta)
        last = event
    assert "".join(deltas) == "one two three", deltas
    assert last.type == "response.completed" and last.response.output_text == "one two three", last


def stream_helper(kind):
    with CLIENT.responses.stream(model=f"{kind}-reason", input="one two three") as stream:
        types = [event.type for event in stream]
        final = stream.get_final_response()
    assert "response.reasoning_text.delta" in types, types
    assert final.output_text == "one two three" and len(final.output) == 2, final


def tools(kind):
    items = [{"role": "user", "content": "What is the weather in Paris?"}]
    asked = CLIENT.responses.create(model=f"{kind}-tools", input=items, tools=[WEATHER])
    call = asked.output[-1]
    assert call.type == "function_call" and json.loads(call.arguments) == {"city": "Paris"}, asked
    items += asked.output
    items.append({"type": "function_call_output", "call_id": call.call_id, "output": "sunny"})
    told = CLIENT.responses.create(model=f"{kind}-tools", input=items, tools=[WEATHER])
    assert told.output_text == "The tool answered: sunny", told


def structured_output(kind):
    response = CLIENT.responses.parse(model=f"{kind}-echo", input="Alice and Bob meet.", text_format=Event)
    event = response.output_parsed
    assert isinstance(event, Event) and event.participants, response


def image(kind):
    content = [
        {"type": "input_text", "text": "What is this?"},
        {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="},
    ]
    response = CLIENT.responses.create(model=f"{kind}-echo", input=[{"role": "user", "content": content}])
    assert response.output_text == "What is this? (images: 1)", response


def multi_turn(kind):
    first = CLIENT.responses.create(model=f"{kind}-tools", input="Weather in Paris?", tools=[WEATHER])
    call = first.output[-1]
    second = CLIENT.responses.create(
        model=f"{kind}-tools",
        previous_response_id=first.id,
        input=[{"type": "function_call_output", "call_id": call.call_id, "output": "rain"}],
        tools=[WEATHER],
    )
    third = CLIENT.responses.create(model=f"{kind}-echo", previous_response_id=second.id, input="Thank you")
    assert second.output_text == "The tool answered: rain", second
    assert third.output_text == "Thank you" and third.previous_response_id == second.id, third
    assert third.usage.input_tokens > 2, third.usage


def retrieval(kind):
    made = CLIENT.responses.create(model=f"{kind}-echo", input="Keep this")
    assert CLIENT.responses.retrieve(made.id) == made
    listed = CLIENT.responses.input_items.list(made.id)
    assert [item.content[0].text for item in listed] == ["Keep this"], listed
    replayed = list(CLIENT.responses.retrieve(made.id, stream=True))
    assert replayed[-1].response == made, replayed[-1]
    rest = list(CLIENT.responses.retrieve(made.id, stream=True, starting_after=2))
    assert rest == replayed[3:], rest


def counting(kind):
    counted = CLIENT.responses.input_tokens.count(model=f"{kind}-echo", input="one two three")
    assert counted.input_tokens >= 3, counted


def compaction(kind):
    compacted = CLIENT.responses.compact(model=f"{kind}-echo", input="The code word is swordfish.")
    assert compacted.output[-1].type == "compaction", compacted
    items = [item.to_dict() for item in compacted.output] + [{"role": "user", "content": "Go on"}]
    answer = CLIENT.responses.create(model=f"{kind}-echo", input=items)
    assert answer.output_text == "Go on", answer


def deletion(kind):
    made = CLIENT.responses.create(model=f"{kind}-echo", input="Forget this")
    CLIENT.responses.retrieve(made.id)
    CLIENT.responses.delete(made.id)
    try:
        CLIENT.responses.retrieve(made.id)
    except openai.NotFoundError:
        return
    raise AssertionError("a deleted response was found")


def main():
    uses = [
        text,
        streaming,
        stream_helper,
        tools,
        structured_output,
        image,
        multi_turn,
        retrieval,
        counting,
        compaction,
        deletion,
    ]
    failed = 0
    for kind in ["demo", "demo-responses"]:
        for use in uses:
            try:
                use(kind)
                print(f"ok      {kind:15} {use.__name__}")
            except Exception:
                failed += 1
                print(f"FAILED  {kind:15} {use.__name__}")
                traceback.print_exc()
    print(f"openai {openai.__version__}: {failed} of {2 * len(uses)} failed")
    sys.exit(1 if failed else 0)


main()
