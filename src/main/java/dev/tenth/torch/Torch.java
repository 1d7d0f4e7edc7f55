package dev.tenth.torch;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** libtorch itself: loading it, its devices, the threads it uses, the native memory it holds for us. */
public final class Torch {
    private static final String ENGINE = "PyTorch";
    /** The owners of all native memory; each closes its own. */
    private static final Set<PtNDManager> MANAGERS = ConcurrentHashMap.newKeySet();

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

    /** How many GPUs programs can run on. */
    public static int gpus() {
        load();
        return Engine.getEngine(ENGINE).getGpuCount();
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
