package dev.tenth.serve.engine;

import dev.tenth.recipe.RowModel;
import dev.tenth.recipe.TensorModel;
import dev.tenth.recipe.TensorModel.Port;
import dev.tenth.serve.engine.ModelException.Reason;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.ProgramFile;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A model of tensors in use. Requests that wait at the same time are computed together, since a program's call takes about as
 * long for 64 rows as for one.
 *
 * <p>It expects as many rows as came with the batch before. A request that comes to an idle model waits until these are there,
 * and not longer than the delay: whoever comes alone does not wait at all.
 */
final class Batcher implements AutoCloseable {
    /** What is larger is cut into pieces of this size anyway. */
    static final int MOST_ROWS = 64;

    /** Bytes of the outputs of one request: as JSON they are three times as many, and they must find room in memory. */
    static final long LARGEST_ANSWER = 16 << 20;

    private final TensorModel model;
    private final Executor lane;
    private final ScheduledExecutorService clock;
    private final long delayNanos;
    private final ServeMeters.Inference meters;
    private final Deque<Job> waiting = new ArrayDeque<>();
    private int waitingRows;
    private int expectedRows = 1;
    private boolean called;

    /**
     * @param lane where the model is used
     * @param clock ends the waiting
     */
    Batcher(
            TensorModel model,
            Executor lane,
            ScheduledExecutorService clock,
            long delayNanos,
            ServeMeters.Inference meters) {
        this.model = model;
        this.lane = lane;
        this.clock = clock;
        this.delayNanos = delayNanos;
        this.meters = meters;
    }

    private record Job(
            Map<String, HostTensor> inputs, int rows, long since, CompletableFuture<Map<String, HostTensor>> answer) {}

    TensorModel.Signature signature() {
        return model.signature();
    }

    /**
     * Computes outputs of inputs, soon.
     *
     * @param answer given the outputs or what went wrong; a request whose answer is there already (it was cancelled) is left
     * @throws IllegalArgumentException if the inputs do not fit the model's signature
     * @throws ModelException if their outputs would be more than an answer holds
     */
    void add(Map<String, HostTensor> inputs, long since, CompletableFuture<Map<String, HostTensor>> answer) {
        int rows = model.signature().rows(inputs);
        requireRoom(rows);
        if (rows > MOST_ROWS && model instanceof RowModel) {
            new Large(inputs, rows, answer).next(since);
        } else {
            add(new Job(inputs, rows, since, answer));
        }
    }

    private void add(Job job) {
        boolean now;
        synchronized (this) {
            waiting.add(job);
            waitingRows += job.rows();
            if (called) {
                return;
            }
            now = waitingRows >= expectedRows;
            called = now;
            if (!now && waiting.size() > 1) {
                return; // the first one's clock runs
            }
        }
        if (now) {
            lane.execute(this::run);
        } else {
            clock.schedule(this::call, delayNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** The model as a TorchScript file, if it can be written so. */
    CompletableFuture<Optional<ProgramFile>> archive() {
        return CompletableFuture.supplyAsync(model::archive, lane);
    }

    private void requireRoom(int rows) {
        long bytes = model.signature().outputs().stream()
                .mapToLong(port -> (long) rows * rowBytes(port))
                .sum();
        if (bytes > LARGEST_ANSWER) {
            throw new ModelException(
                    Reason.TOO_LARGE,
                    "inputs: the outputs of %,d rows are %,d bytes, more than %,d; ask for fewer at a time"
                            .formatted(rows, bytes, LARGEST_ANSWER));
        }
    }

    private void call() {
        synchronized (this) {
            if (called || waiting.isEmpty()) {
                return;
            }
            called = true;
        }
        lane.execute(this::run);
    }

    private void run() {
        List<Job> batch = take();
        try {
            if (!batch.isEmpty()) {
                compute(batch);
            }
        } finally {
            boolean more;
            synchronized (this) {
                expectedRows = Math.clamp(batch.stream().mapToInt(Job::rows).sum(), 1, MOST_ROWS);
                more = !waiting.isEmpty();
                called = more;
            }
            if (more) {
                lane.execute(this::run);
            }
        }
    }

    /**
     * A request with more rows than a batch. Its next piece queues up when the one before is computed, so that it keeps nobody
     * waiting for longer than a batch takes, and is not computed on when its client leaves.
     */
    private final class Large {
        private final Map<String, HostTensor> inputs;
        private final int rows;
        private final CompletableFuture<Map<String, HostTensor>> answer;
        private final Map<String, ByteBuffer> outputs = new LinkedHashMap<>();
        private int first;
        private volatile CompletableFuture<?> piece = new CompletableFuture<>();

        Large(Map<String, HostTensor> inputs, int rows, CompletableFuture<Map<String, HostTensor>> answer) {
            this.inputs = inputs;
            this.rows = rows;
            this.answer = answer;
            model.signature()
                    .outputs()
                    .forEach(port -> outputs.put(port.name(), ByteBuffer.allocate(rows * rowBytes(port))));
            answer.whenComplete((_, _) -> piece.cancel(false));
        }

        void next(long since) {
            int count = Math.min(MOST_ROWS, rows - first);
            CompletableFuture<Map<String, HostTensor>> computed = new CompletableFuture<>();
            piece = computed;
            computed.whenComplete((made, failure) -> {
                if (failure != null) {
                    answer.completeExceptionally(failure);
                } else {
                    take(made, count);
                }
            });
            if (!answer.isDone()) {
                add(new Job(cut(model.signature().inputs(), inputs, first, count), count, since, computed));
            }
        }

        private void take(Map<String, HostTensor> made, int count) {
            made.forEach((name, value) -> outputs.get(name).put(value.bytes()));
            first += count;
            if (first < rows) {
                next(System.nanoTime());
                return;
            }
            Map<String, HostTensor> whole = new LinkedHashMap<>();
            for (Port port : model.signature().outputs()) {
                ByteBuffer bytes = outputs.get(port.name()).flip();
                whole.put(port.name(), new HostTensor(port.type(), port.shape(rows), bytes));
            }
            answer.complete(whole);
        }
    }

    /** Some rows of tensors. */
    private static Map<String, HostTensor> cut(
            List<Port> ports, Map<String, HostTensor> tensors, int first, int count) {
        Map<String, HostTensor> rows = new LinkedHashMap<>();
        for (Port port : ports) {
            ByteBuffer bytes = tensors.get(port.name()).bytes();
            ByteBuffer part = bytes.slice(first * rowBytes(port), count * rowBytes(port));
            rows.put(port.name(), new HostTensor(port.type(), port.shape(count), part));
        }
        return rows;
    }

    /** The first request, and those behind it that fit in. */
    private synchronized List<Job> take() {
        List<Job> batch = new ArrayList<>();
        int rows = 0;
        while (!waiting.isEmpty()) {
            Job job = waiting.peek();
            boolean cancelled = job.answer().isDone();
            if (!cancelled && !batch.isEmpty() && (rows + job.rows() > MOST_ROWS || !(model instanceof RowModel))) {
                break;
            }
            waiting.remove();
            waitingRows -= job.rows();
            if (!cancelled) {
                batch.add(job);
                rows += job.rows();
            }
        }
        return batch;
    }

    private void compute(List<Job> batch) {
        long start = System.nanoTime();
        batch.forEach(job -> meters.waited(start - job.since()));
        try {
            Map<String, HostTensor> outputs = model.infer(together(batch));
            meters.computed(System.nanoTime() - start, batch.size());
            hand(batch, outputs);
        } catch (RuntimeException | Error e) { // whoever waits must hear of it, whatever it is
            if (batch.size() == 1) {
                batch.getFirst().answer().completeExceptionally(e);
            } else {
                batch.forEach(job -> compute(List.of(job))); // the others are not to suffer for one
            }
        }
    }

    private Map<String, HostTensor> together(List<Job> batch) {
        if (batch.size() == 1) {
            return batch.getFirst().inputs();
        }
        int rows = batch.stream().mapToInt(Job::rows).sum();
        Map<String, HostTensor> inputs = new LinkedHashMap<>();
        for (Port port : model.signature().inputs()) {
            ByteBuffer bytes = ByteBuffer.allocate(rows * rowBytes(port));
            batch.forEach(job -> bytes.put(job.inputs().get(port.name()).bytes()));
            inputs.put(port.name(), new HostTensor(port.type(), port.shape(rows), bytes.flip()));
        }
        return inputs;
    }

    private void hand(List<Job> batch, Map<String, HostTensor> outputs) {
        int first = 0;
        for (Job job : batch) {
            job.answer().complete(cut(model.signature().outputs(), outputs, first, job.rows()));
            first += job.rows();
        }
    }

    private static int rowBytes(Port port) {
        return Math.toIntExact(HostTensor.size(port.shape(1)) * port.type().bytes());
    }

    @Override
    public void close() {
        model.close();
    }
}
