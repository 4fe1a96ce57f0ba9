"""CoreML: ML Programs (.mlpackage) for iOS, macOS, tvOS and watchOS."""
