package inkhorn.autograd.kernel;

/** The JDK's Vector API as a module of this JVM. The first JVM of a start loads this class: no logging, no lambdas. */
public final class JdkVectorModule {
    /** Its name, for {@code --add-modules}. */
    public static final String NAME = "jdk.incubator.vector";

    /** The JVM option without which {@link #load} is refused. */
    public static final String LOAD_OPTION = "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED";

    private JdkVectorModule() {}

    /** Whether this JVM has loaded the module, from its command line or by {@link #load}. */
    public static boolean isLoaded() {
        // By class, because ModuleLayer.findModule runs on streams and lambdas and takes 25 ms in a fresh JVM.
        try {
            Class.forName("jdk.incubator.vector.FloatVector", false, JdkVectorModule.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /**
     * Whether this Java has the method that {@link #load} calls; in one that lacks it, {@code --add-modules} is the
     * only way.
     */
    public static boolean isLoadable() {
        try {
            Class.forName("jdk.internal.module.Modules").getMethod("loadModule", String.class);
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /**
     * Loads the module into the running JVM as {@code --add-modules} would, to the same class loader and with the same
     * compiler intrinsics, but without the JVM's warning that it incubates. The JDK has this for its agents
     * (docs/adr/008).
     *
     * @return whether the module is loaded now; false where this Java lacks it, or was started without
     *     {@link #LOAD_OPTION}
     */
    public static boolean load() {
        if (isLoaded()) {
            return true;
        }
        try {
            Class.forName("jdk.internal.module.Modules").getMethod("loadModule", String.class).invoke(null, NAME);
        } catch (ReflectiveOperationException e) {
            return false;
        }
        return isLoaded();
    }
}
