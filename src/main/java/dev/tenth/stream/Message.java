package dev.tenth.stream;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a viewer receives at once: events in the order of their numbers. All viewers with the same cursor share one message, and
 * each of its forms is made once, when the first viewer needs it.
 */
final class Message {
    /** There is nothing to be sent. */
    static final Message EMPTY = new Message(List.of());

    private final List<Envelope> events;
    private volatile String text;
    private volatile byte[] lines;
    private volatile byte[] eventStream;

    private Message(List<Envelope> events) {
        this.events = events;
    }

    /**
     * The events in messages of at most so many characters, or of one event that is larger.
     *
     * @param events in order
     */
    static List<Message> split(List<Envelope> events, int limit) {
        List<Message> messages = new ArrayList<>();
        int from = 0;
        long size = 0;
        for (int i = 0; i < events.size(); i++) {
            size += events.get(i).json().length() + 1;
            if (size > limit && i > from) {
                messages.add(new Message(List.copyOf(events.subList(from, i))));
                from = i;
                size = events.get(i).json().length() + 1;
            }
        }
        if (from < events.size()) {
            messages.add(new Message(List.copyOf(events.subList(from, events.size()))));
        }
        return messages;
    }

    List<Envelope> events() {
        return events;
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    /** The viewer's cursor once it has this. */
    long lastSeq() {
        return events.getLast().seq();
    }

    /** How much of the JSON there is, in characters. */
    long size() {
        return events.stream().mapToLong(event -> event.json().length()).sum();
    }

    /** One event a line, for a WebSocket. */
    String text() {
        if (text == null) {
            text = events.stream().map(Envelope::json).collect(Collectors.joining("\n"));
        }
        return text;
    }

    /** One event a line, as {@code application/x-ndjson}. */
    byte[] lines() {
        if (lines == null) {
            lines = (text() + "\n").getBytes(StandardCharsets.UTF_8);
        }
        return lines;
    }

    /** As {@code text/event-stream}: each event by itself, with its number as its id. */
    byte[] eventStream() {
        if (eventStream == null) {
            eventStream = events.stream()
                    .map(event -> "id: " + event.seq() + "\ndata: " + event.json() + "\n\n")
                    .collect(Collectors.joining())
                    .getBytes(StandardCharsets.UTF_8);
        }
        return eventStream;
    }
}
