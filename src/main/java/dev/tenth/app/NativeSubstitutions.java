package dev.tenth.app;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/** What the native executable does otherwise than the JVM. It runs on the CPU alone, and DJL would ask for GPUs through JNA. */
final class NativeSubstitutions {
    private NativeSubstitutions() {}
}

@TargetClass(className = "ai.djl.util.cuda.CudaUtils")
final class NoCuda {
    private NoCuda() {}

    @Substitute
    public static boolean hasCuda() {
        return false;
    }

    @Substitute
    public static int getGpuCount() {
        return 0;
    }

    /** Null means that there is no CUDA. */
    @Substitute
    private static CudaLibrary loadLibrary() {
        return null;
    }
}

@TargetClass(className = "ai.djl.util.cuda.CudaLibrary")
interface CudaLibrary {}
