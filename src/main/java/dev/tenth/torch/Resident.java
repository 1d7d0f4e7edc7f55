package dev.tenth.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;

/**
 * Data in native memory that several programs read: there once, however many runs use it. Whoever gets it uses it once more
 * ({@link #retain}); the last {@link #release} frees it. Safe for many threads; nobody writes to it.
 */
public final class Resident {
    private final PtNDManager manager;
    private final PtNDArray array;
    private final Device device;
    private final DType type;
    private final Shape shape;
    private int users = 1;

    /** A copy of the value on the device, with one user: the caller. */
    public Resident(HostTensor value, Device device) {
        Torch.load();
        this.device = device;
        this.type = value.type();
        this.shape = Shape.of(value.shape());
        this.manager = Torch.newManager(device);
        try {
            this.array = NativeArrays.copyIn(manager, value);
        } catch (RuntimeException e) {
            Torch.close(manager);
            throw e;
        }
    }

    /** The size of its elements in bytes. */
    public long bytes() {
        return shape.elements() * type.bytes();
    }

    /** One more user, unless it is freed already. */
    public synchronized boolean retain() {
        if (users == 0) {
            return false;
        }
        users++;
        return true;
    }

    /** One user less; the last one frees it. */
    public synchronized void release() {
        if (users == 0) {
            throw new IllegalStateException("resident: it was released more often than it was used");
        }
        users--;
        if (users == 0) {
            Torch.close(manager);
        }
    }

    /** Whether its memory is there. */
    public synchronized boolean isAlive() {
        return users > 0;
    }

    PtNDArray array(Variable variable, Device wanted) {
        if (variable.role() != Variable.Role.DATA) {
            throw new IllegalArgumentException(variable.name() + ": only data can be resident");
        }
        if (variable.type() != type || !variable.shape().equals(shape) || !device.equals(wanted)) {
            throw new IllegalArgumentException("resident: %s is %s%s on %s, the data %s%s on %s"
                    .formatted(variable.name(), variable.type(), variable.shape(), wanted, type, shape, device));
        }
        return array;
    }
}
