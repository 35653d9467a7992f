package dev.sluice.translate;

import java.util.ArrayList;
import java.util.List;

/// The events of one response as they went over the wire, one frame per event: `event:` line,
/// `data:` line, blank line. The n-th frame has `sequence_number` n, from 0; keep-alives and
/// `[DONE]` are no part of it. In OpenAI's names, whatever dialect the client asked for.
///
/// @param bytes the frames one after the other
@SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares logs by value
public record EventLog(byte[] bytes) {

  /// The frames whose sequence number is larger than this one.
  ///
  /// @param sequence -1 for all
  public List<byte[]> after(long sequence) {
    List<byte[]> frames = new ArrayList<>();
    long number = 0;
    int start = 0;
    for (int i = 1; i < bytes.length; i++) {
      if (bytes[i] == '\n' && bytes[i - 1] == '\n') {
        if (number > sequence) {
          byte[] frame = new byte[i + 1 - start];
          System.arraycopy(bytes, start, frame, 0, frame.length);
          frames.add(frame);
        }
        number++;
        start = i + 1;
      }
    }
    return List.copyOf(frames);
  }

  /// How many events there are.
  public int size() {
    int size = 0;
    for (int i = 1; i < bytes.length; i++) {
      if (bytes[i] == '\n' && bytes[i - 1] == '\n') {
        size++;
      }
    }
    return size;
  }
}
