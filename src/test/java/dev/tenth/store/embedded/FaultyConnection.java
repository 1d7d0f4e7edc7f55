package dev.tenth.store.embedded;

import dev.tenth.store.RunLogContract.Fault;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** A real connection in which the data of an event can say how its writing fails. */
final class FaultyConnection implements InvocationHandler {
    private static final String MARK = "{\"fault\":\"%s\"}";

    private final Connection connection;
    /** What the transaction holds. */
    private final Set<Fault> faults = EnumSet.noneOf(Fault.class);
    /** What failed once and does not again. */
    private final Set<Fault> spent = EnumSet.noneOf(Fault.class);

    private FaultyConnection(Connection connection) {
        this.connection = connection;
    }

    static Connection of(Connection connection) {
        return proxy(Connection.class, new FaultyConnection(connection));
    }

    static String dataThatFails(Fault fault) {
        return MARK.formatted(fault);
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        return switch (method.getName()) {
            case "prepareStatement" -> {
                PreparedStatement statement = (PreparedStatement) call(connection, method, arguments);
                yield proxy(PreparedStatement.class, (_, called, given) -> statement(statement, called, given));
            }
            case "commit" -> commit(method);
            case "rollback" -> {
                faults.clear();
                yield call(connection, method, arguments);
            }
            default -> call(connection, method, arguments);
        };
    }

    private Object statement(PreparedStatement statement, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("setString")) {
            for (Fault fault : Fault.values()) {
                if (dataThatFails(fault).equals(arguments[1])) {
                    faults.add(fault);
                }
            }
        }
        if (method.getName().equals("executeBatch")) {
            for (Fault fault : faults) {
                switch (fault) {
                    case CONSTRAINT ->
                        throw new SQLiteException("a constraint", SQLiteErrorCode.SQLITE_CONSTRAINT_CHECK);
                    case DISK_ERROR -> throw new SQLiteException("the disk", SQLiteErrorCode.SQLITE_IOERR_FSYNC);
                    case RUNTIME_EXCEPTION -> throw new IllegalStateException("unexpected");
                    case ERROR -> throw new OutOfMemoryError("no memory");
                    case COMMIT_FAILS, COMMIT_FAILS_ONCE, COMMIT_HAPPENS_BUT_FAILS -> {}
                }
            }
        }
        return call(statement, method, arguments);
    }

    private Object commit(Method method) throws Throwable {
        Set<Fault> now = EnumSet.noneOf(Fault.class);
        now.addAll(faults);
        faults.clear();
        if (now.contains(Fault.COMMIT_FAILS)
                || (now.contains(Fault.COMMIT_FAILS_ONCE) && spent.add(Fault.COMMIT_FAILS_ONCE))) {
            throw new SQLiteException("the commit", SQLiteErrorCode.SQLITE_IOERR_FSYNC);
        }
        call(connection, method, null);
        if (now.contains(Fault.COMMIT_HAPPENS_BUT_FAILS)) {
            throw new SQLException("nobody knows");
        }
        return null;
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
