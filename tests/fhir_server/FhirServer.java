// A FHIR R4 server for tests: HAPI's RestfulServer over Bundles held in memory.
//
//   java -cp 'lib/*' FhirServer.java FOLDER [TOKEN]
//
// Prints "listening on PORT" and ends when its standard input does, so that it never outlives the
// test that started it. With a TOKEN it answers nobody else.

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.model.api.Include;
import ca.uhn.fhir.rest.annotation.IdParam;
import ca.uhn.fhir.rest.annotation.IncludeParam;
import ca.uhn.fhir.rest.annotation.OptionalParam;
import ca.uhn.fhir.rest.annotation.Read;
import ca.uhn.fhir.rest.annotation.Search;
import ca.uhn.fhir.context.api.BundleInclusionRule;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.api.server.IBundleProvider;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.param.DateRangeParam;
import ca.uhn.fhir.rest.param.ReferenceParam;
import ca.uhn.fhir.rest.param.TokenOrListParam;
import ca.uhn.fhir.rest.param.TokenParam;
import ca.uhn.fhir.rest.server.FifoMemoryPagingProvider;
import ca.uhn.fhir.rest.server.IResourceProvider;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.SimpleBundleProvider;
import ca.uhn.fhir.rest.server.exceptions.AuthenticationException;
import ca.uhn.fhir.rest.server.exceptions.ResourceNotFoundException;
import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.IdType;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.MedicationRequest;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Property;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;

public class FhirServer {
  static final Map<String, Map<String, Resource>> stored = new LinkedHashMap<>();

  static List<Base> values(Resource resource, String name) {
    Property property = resource.getNamedProperty(name);
    return property == null ? List.of() : property.getValues();
  }

  static boolean isOf(Resource resource, ReferenceParam patient) {
    for (String name : List.of("subject", "patient")) {
      for (Base value : values(resource, name)) {
        if (value instanceof Reference reference
            && reference.getReference().equals("Patient/" + patient.getIdPart())) return true;
      }
    }
    return false;
  }

  static boolean hasCode(Resource resource, String name, TokenOrListParam codes) {
    for (Base value : values(resource, name)) {
      if (!(value instanceof CodeableConcept concept)) continue;
      for (var coding : concept.getCoding()) {
        for (TokenParam code : codes.getValuesAsQueryTokens()) {
          if (code.getValue().equals(coding.getCode())) return true;
        }
      }
    }
    return false;
  }

  static boolean isNamed(Resource resource, TokenParam token) {
    for (Base value : values(resource, "identifier")) {
      if (value instanceof Identifier identifier
          && token.getValue().equals(identifier.getValue())
          && (token.getSystem() == null || token.getSystem().equals(identifier.getSystem())))
        return true;
    }
    return false;
  }

  /** What a search of any type can ask for. */
  public static class Provider implements IResourceProvider {
    private final Class<? extends IBaseResource> type;

    Provider(Class<? extends IBaseResource> type) {
      this.type = type;
    }

    @Override
    public Class<? extends IBaseResource> getResourceType() {
      return type;
    }

    Map<String, Resource> all() {
      return stored.getOrDefault(type.getSimpleName(), Map.of());
    }

    @Read
    public IBaseResource read(@IdParam IdType id) {
      Resource resource = all().get(id.getIdPart());
      if (resource == null) throw new ResourceNotFoundException(id);
      return resource;
    }

    List<IBaseResource> matching(ReferenceParam patient, TokenOrListParam code,
        TokenOrListParam category, TokenParam identifier) {
      List<IBaseResource> found = new ArrayList<>();
      for (Resource resource : all().values()) {
        if (patient != null && !isOf(resource, patient)) continue;
        if (code != null && !hasCode(resource, "code", code)) continue;
        if (category != null && !hasCode(resource, "category", category)) continue;
        if (identifier != null && !isNamed(resource, identifier)) continue;
        found.add(resource);
      }
      return found;
    }
  }

  /** Types whose dates the server cannot search. */
  public static class PlainProvider extends Provider {
    PlainProvider(Class<? extends IBaseResource> type) {
      super(type);
    }

    @Search
    public IBundleProvider search(@OptionalParam(name = "patient") ReferenceParam patient,
        @OptionalParam(name = "code") TokenOrListParam code,
        @OptionalParam(name = "category") TokenOrListParam category,
        @OptionalParam(name = "identifier") TokenParam identifier) {
      return new SimpleBundleProvider(matching(patient, code, category, identifier));
    }
  }

  public static class ObservationProvider extends Provider {
    ObservationProvider() {
      super(Observation.class);
    }

    @Search
    public IBundleProvider search(@OptionalParam(name = "patient") ReferenceParam patient,
        @OptionalParam(name = "code") TokenOrListParam code,
        @OptionalParam(name = "category") TokenOrListParam category,
        @OptionalParam(name = "date") DateRangeParam date) {
      List<IBaseResource> found = matching(patient, code, category, null);
      if (date != null) {
        Date from = date.getLowerBoundAsInstant();
        Date to = date.getUpperBoundAsInstant();
        found.removeIf(resource -> {
          Observation observation = (Observation) resource;
          if (!(observation.getEffective() instanceof DateTimeType effective)) return true;
          Date when = effective.getValue();
          return (from != null && when.before(from)) || (to != null && when.after(to));
        });
      }
      return new SimpleBundleProvider(found);
    }
  }

  public static class MedicationRequestProvider extends Provider {
    MedicationRequestProvider() {
      super(MedicationRequest.class);
    }

    @Search
    public IBundleProvider search(@OptionalParam(name = "patient") ReferenceParam patient,
        @IncludeParam(allow = {"MedicationRequest:medication"}) Set<Include> includes) {
      linkMedications(includes != null && !includes.isEmpty());
      return new SimpleBundleProvider(matching(patient, null, null, null));
    }
  }

  @Interceptor
  public static class Guard {
    private final String token;

    Guard(String token) {
      this.token = token;
    }

    @Hook(Pointcut.SERVER_INCOMING_REQUEST_PRE_HANDLED)
    public void check(RequestDetails request) {
      if (!("Bearer " + token).equals(request.getHeader("Authorization")))
        throw new AuthenticationException("no");
    }
  }

  /** Bundles as Synthea writes them: references inside a file become Type/id. */
  static void load(FhirContext context, Path file) throws Exception {
    var parser = context.newJsonParser();
    String text = Files.readString(file);
    Bundle bundle = parser.parseResource(Bundle.class, text);
    for (var entry : bundle.getEntry()) {
      if (entry.getFullUrl() == null || !entry.getFullUrl().startsWith("urn:uuid:")) continue;
      String id = entry.getFullUrl().substring("urn:uuid:".length());
      text = text.replaceAll("(\"reference\"\\s*:\\s*)\"urn:uuid:" + Pattern.quote(id) + "\"",
          "$1\"" + entry.getResource().fhirType() + "/" + id + "\"");
    }
    for (var entry : parser.parseResource(Bundle.class, text).getEntry()) {
      Resource resource = entry.getResource();
      String fullUrl = entry.getFullUrl() == null ? "" : entry.getFullUrl();
      if (fullUrl.startsWith("urn:uuid:"))  // which HAPI takes for the id
        resource.setId(new IdType(resource.fhirType(), fullUrl.substring("urn:uuid:".length())));
      stored.computeIfAbsent(resource.fhirType(), ignored -> new LinkedHashMap<>())
          .put(resource.getIdElement().getIdPart(), resource);
    }
  }

  /** HAPI includes what a reference holds. */
  static synchronized void linkMedications(boolean isWanted) {
    for (Resource resource : stored.getOrDefault("MedicationRequest", Map.of()).values()) {
      MedicationRequest request = (MedicationRequest) resource;
      if (!request.hasMedicationReference()) continue;
      Reference reference = request.getMedicationReference();
      reference.setResource(!isWanted ? null : stored.getOrDefault("Medication", Map.of())
          .get(reference.getReferenceElement().getIdPart()));
    }
  }

  static RestfulServer restServer(FhirContext context, String token) {
    RestfulServer rest = new RestfulServer(context);
    List<IResourceProvider> providers = new ArrayList<>();
    for (String type : stored.keySet()) {
      var implementing = context.getResourceDefinition(type).getImplementingClass();
      providers.add(switch (type) {
        case "Observation" -> new ObservationProvider();
        case "MedicationRequest" -> new MedicationRequestProvider();
        default -> new PlainProvider(implementing);
      });
    }
    rest.setResourceProviders(providers);
    FifoMemoryPagingProvider paging = new FifoMemoryPagingProvider(100);
    paging.setDefaultPageSize(20);
    paging.setMaximumPageSize(20);
    rest.setPagingProvider(paging);
    rest.setBundleInclusionRule(BundleInclusionRule.BASED_ON_RESOURCE_PRESENCE);
    rest.setDefaultResponseEncoding(EncodingEnum.JSON);
    if (token != null) rest.registerInterceptor(new Guard(token));
    return rest;
  }

  public static void main(String[] arguments) throws Exception {
    FhirContext context = FhirContext.forR4();
    try (var files = Files.list(Path.of(arguments[0]))) {
      for (Path file : files.sorted().collect(Collectors.toList())) load(context, file);
    }
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler handler = new ServletContextHandler("/");
    String token = arguments.length > 1 ? arguments[1] : null;
    handler.addServlet(new ServletHolder(restServer(context, token)), "/fhir/*");
    server.setHandler(handler);
    server.start();
    System.out.println("listening on " + connector.getLocalPort());
    while (System.in.read() >= 0) {
    }
    server.stop();
  }
}
