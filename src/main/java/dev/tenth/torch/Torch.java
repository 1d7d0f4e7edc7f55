package dev.tenth.torch;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** libtorch itself: loading it, its devices, the threads it uses, the native memory it holds for us. */
public final class Torch {
    private static final String ENGINE = "PyTorch";
    /** The owners of all native memory; each closes its own. */
    private static final Set<PtNDManager> MANAGERS = ConcurrentHashMap.newKeySet();

    /** What /proc/cpuinfo calls the instructions on x86-64 and on ARM. */
    private static final Set<String> BFLOAT16_FLAGS = Set.of("avx512_bf16", "amx_bf16", "bf16");

    /** Held by who uses the process's generators of random numbers. */
    static final Object GPU_GENERATOR = new Object();

    private Torch() {}

    /**
     * Loads libtorch, once.
     *
     * @return its version
     * @throws IllegalStateException if it cannot be loaded on this machine
     */
    public static String load() {
        try {
            return Engine.getEngine(ENGINE).getVersion();
        } catch (RuntimeException | LinkageError e) {
            throw new IllegalStateException("libtorch cannot be loaded on this machine: " + e.getMessage(), e);
        }
    }

    /** Whether this libtorch is one for GPUs; it computes on the CPU as well. */
    public static boolean isForGpus() {
        load();
        return Files.exists(Path.of(LibUtils.getLibtorchPath(), System.mapLibraryName("torch_cuda")));
    }

    /** How many GPUs programs can run on: none where libtorch is one for the CPU. */
    public static int gpus() {
        return isForGpus() ? Engine.getEngine(ENGINE).getGpuCount() : 0;
    }

    /**
     * Makes sure that a device computes: on a GPU, after an error of a kernel, nothing does any more in this process.
     *
     * @throws IllegalStateException if it does not; the message says why
     */
    public static void check(Device device) {
        load();
        PtNDManager manager = newManager(device);
        try {
            manager.ones(new ai.djl.ndarray.types.Shape(1)).add(1).toFloatArray();
        } catch (RuntimeException e) {
            throw new IllegalStateException(device + " does not compute (any more): " + e.getMessage(), e);
        } finally {
            close(manager);
        }
    }

    /**
     * Whether a device has instructions of its own for a precision. Without them libtorch emulates it, which takes about ten
     * times as long as float32.
     */
    public static boolean isNative(Precision precision, Device device) {
        return switch (precision) {
            case FLOAT32 -> true;
            case BFLOAT16 -> !device.isCpu() || processorHasBfloat16();
        };
    }

    private static boolean processorHasBfloat16() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst()
                    .map(line -> List.of(line.split("\\s+")))
                    .filter(flags -> BFLOAT16_FLAGS.stream().noneMatch(flags::contains))
                    .isEmpty();
        } catch (IOException | UncheckedIOException e) {
            return true; // no Linux: nothing is known against it
        }
    }

    /** Whether programs can run there. */
    public static boolean has(Device device) {
        return device.index() < gpus();
    }

    /**
     * Sets how many threads the operators called by the current thread use. Called once by each thread that runs programs,
     * before its first one.
     */
    public static void useThreads(int threads) {
        load();
        // libtorch keeps the number per thread, but sets it from a global one at a thread's first parallel operator: so
        // set
        // it, let that happen, and set it again.
        synchronized (Torch.class) {
            JniUtils.setNumThreads(threads);
            try (NDManager manager = NDManager.newBaseManager(ai.djl.Device.cpu(), ENGINE)) {
                manager.ones(new ai.djl.ndarray.types.Shape(1 << 17)).sum();
            }
            JniUtils.setNumThreads(threads);
        }
        prepareThread();
    }

    /** What libtorch keeps per thread and every program needs. */
    static void prepareThread() {
        JniUtils.setGradMode(true);
        // The profiling executor runs the first calls otherwise than the later ones; a resumed run would differ.
        JniUtils.setGraphExecutorOptimize(false);
    }

    /** How many native objects are alive: tensors and modules. */
    public static long liveHandles() {
        return MANAGERS.stream()
                .mapToLong(manager -> manager.getManagedArrays().size())
                .sum();
    }

    /**
     * The memory of a GPU in bytes.
     *
     * @throws IllegalArgumentException if it is the CPU
     */
    public static long capacity(Device device) {
        return CudaUtils.getGpuMemory(ai.djl.Device.gpu(device.index())).getMax();
    }

    /**
     * The memory in use on a device in bytes: on a GPU by all processes, on the CPU what is resident of this one.
     *
     * @return NaN where the system does not tell
     */
    public static double memory(Device device) {
        if (!device.isCpu()) {
            return CudaUtils.getGpuMemory(ai.djl.Device.gpu(device.index())).getUsed();
        }
        try {
            String status = Files.readString(Path.of("/proc/self/status"));
            return status.lines()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> 1024 * Double.parseDouble(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN; // no Linux
        }
    }

    static PtNDManager newManager(Device device) {
        if (!device.isCpu()) {
            DeterministicConvolutions.require();
        }
        ai.djl.Device place = device.isCpu() ? ai.djl.Device.cpu() : ai.djl.Device.gpu(device.index());
        PtNDManager manager = (PtNDManager) NDManager.newBaseManager(place, ENGINE);
        MANAGERS.add(manager);
        return manager;
    }

    static void close(PtNDManager manager) {
        MANAGERS.remove(manager);
        manager.close();
    }
}
