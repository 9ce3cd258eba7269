package inkhorn.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Main.class.getPackage().getImplementationVersion();
        return new String[] {"inkhorn " + (version == null ? "(development)" : version)
                + ", Java " + System.getProperty("java.version")};
    }
}
