package dev.tenth.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What programs do: those that are loaded {@linkplain #during while it watches}, and from {@link #start} on what they are given
 * and what they give back. So the same calls can be made elsewhere, on another device or in Python, and their results compared.
 * One thread uses it.
 */
public final class Recording {
    private static final ScopedValue<Recording> CURRENT = ScopedValue.newInstance();

    private final List<Executable> programs = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private boolean started;

    /** What happened to a program; programs are numbered in the order in which they were loaded. */
    public sealed interface Event {
        int program();

        /** A call of a method. */
        record Called(
                int program,
                String method,
                Map<String, Long> integers,
                Map<String, Double> numbers,
                Map<String, HostTensor> inputs,
                Map<String, HostTensor> outputs)
                implements Event {}

        /** A variable was given a value. */
        record Put(int program, String variable, HostTensor value) implements Event {}
    }

    /** Does something; the programs that it loads are recorded as long as they live. */
    public <T> T during(Supplier<T> loading) {
        return ScopedValue.where(CURRENT, this).call(loading::get);
    }

    /** Records from now on. */
    public void start() {
        started = true;
    }

    /** The programs, in the order in which they were loaded. */
    public List<Executable> programs() {
        return List.copyOf(programs);
    }

    /** What happened since the last time that this was asked. */
    public List<Event> take() {
        List<Event> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    /** Watches a program that is being loaded; null where nobody records. */
    static Recording watch(Executable program) {
        if (!CURRENT.isBound()) {
            return null;
        }
        CURRENT.get().programs.add(program);
        return CURRENT.get();
    }

    boolean isStarted() {
        return started;
    }

    int number(Executable program) {
        return programs.indexOf(program);
    }

    void add(Event event) {
        events.add(event);
    }
}
