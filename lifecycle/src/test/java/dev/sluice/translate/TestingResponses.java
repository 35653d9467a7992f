package dev.sluice.translate;

/// One answer of a model server that speaks Responses, whole and streamed.
final class TestingResponses {

  private TestingResponses() {}

  /// Reasoning, text with a citation, two calls whose pieces alternate.
  private static final String OUTPUT =
      "[{'id':'rs_1','type':'reasoning','summary':[{'type':'summary_text','text':'Hm.'},{'type':'summary_text','text':'So.'}]},"
          + "{'id':'msg_1','type':'message','role':'assistant','status':'completed','content':[{'type':'output_text','text':'Hel lo ü',"
          + "'annotations':[{'type':'url_citation','url':'u','title':'t','start_index':0,'end_index':3},{'type':'file_citation','file_id':'f'}],"
          + "'logprobs':[{'token':'Hel','logprob':-0.5,'bytes':[72],'top_logprobs':[]}]}]},"
          + "{'id':'fc_1','type':'function_call','call_id':'c1','name':'f','arguments':'{\\u0022a\\u0022:1}','status':'completed'},"
          + "{'id':'ctc_1','type':'custom_tool_call','call_id':'c2','name':'g','input':'raw','status':'completed'}]";

  private static final String USAGE =
      "{'input_tokens':7,'input_tokens_details':{'cached_tokens':2},'output_tokens':5,"
          + "'output_tokens_details':{'reasoning_tokens':1},'total_tokens':12}";

  static final String WHOLE =
      "{'id':'resp_up','object':'response','model':'theirs','status':'completed','output':"
          + OUTPUT
          + ",'usage':"
          + USAGE
          + "}";

  static final String STREAM =
      event("created", "'response':{'status':'in_progress','output':[]}")
          + event(
              "output_item.added",
              "'output_index':0,'item':{'id':'rs_1','type':'reasoning','summary':[]}")
          + event(
              "reasoning_summary_part.added",
              "'output_index':0,'summary_index':0,'part':{'type':'summary_text','text':''}")
          + event(
              "reasoning_summary_text.delta", "'output_index':0,'summary_index':0,'delta':'Hm.'")
          + event(
              "reasoning_summary_part.added",
              "'output_index':0,'summary_index':1,'part':{'type':'summary_text','text':''}")
          + event(
              "reasoning_summary_text.delta", "'output_index':0,'summary_index':1,'delta':'So.'")
          + event(
              "output_item.added",
              "'output_index':1,'item':{'id':'msg_1','type':'message','role':'assistant','content':[]}")
          + event(
              "content_part.added",
              "'output_index':1,'content_index':0,'part':{'type':'output_text','text':''}")
          + event(
              "output_text.delta",
              "'output_index':1,'content_index':0,'delta':'Hel','logprobs':[{'token':'Hel','logprob':-0.5,'bytes':[72],'top_logprobs':[]}]")
          + event("output_text.delta", "'output_index':1,'content_index':0,'delta':' lo ü'")
          + event(
              "output_text.annotation.added",
              "'output_index':1,'content_index':0,'annotation_index':0,'annotation':{'type':'url_citation','url':'u','title':'t','start_index':0,'end_index':3}")
          + event(
              "output_item.added",
              "'output_index':2,'item':{'id':'fc_1','type':'function_call','call_id':'c1','name':'f','arguments':''}")
          + event(
              "output_item.added",
              "'output_index':3,'item':{'id':'ctc_1','type':'custom_tool_call','call_id':'c2','name':'g','input':''}")
          + event("function_call_arguments.delta", "'output_index':2,'delta':'{\\u0022a\\u0022'")
          + event("custom_tool_call_input.delta", "'output_index':3,'delta':'ra'")
          + event("function_call_arguments.delta", "'output_index':2,'delta':':1}'")
          + event("custom_tool_call_input.delta", "'output_index':3,'delta':'w'")
          + event("completed", "'response':" + WHOLE);

  static String event(String type, String members) {
    return "event: response."
        + type
        + "\ndata: {'type':'response."
        + type
        + "',"
        + members
        + "}\n\n";
  }
}
