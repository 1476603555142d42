# The Debian package: `./x package`. docs/decisions/0014-packaging.md says why it is made by CPack.
include(GNUInstallDirs)

set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON) # the tests are not in it

install(TARGETS muster)
install(FILES deploy/systemd/muster.service DESTINATION lib/systemd/system)
install(FILES docs/muster.example.toml DESTINATION /etc/muster RENAME muster.toml)
install(FILES deploy/debian/copyright README.md CHANGELOG.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(FILES deploy/grafana/muster.json DESTINATION ${CMAKE_INSTALL_DATADIR}/muster/grafana)
install(FILES deploy/prometheus/alerts.yml DESTINATION ${CMAKE_INSTALL_DATADIR}/muster/prometheus)

set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON) # for /etc
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "The authors of Muster <muster@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Android Enterprise enrolment service with the Microsoft Graph contract")
set(CPACK_PACKAGE_DESCRIPTION
    "Makes enrolment profiles, tokens and QR codes, and gives devices X.509 identities over EST.\n\
It listens on localhost:8443 until /etc/muster/muster.toml says otherwise.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# libarchive is opened when a backup is written or read, so the binary does not name it.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, libarchive13")
# Opened when a poster is drawn; authorities for the documents of external issuers.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libpangocairo-1.0-0, fonts-dejavu-core, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/deploy/debian/conffiles ${CMAKE_SOURCE_DIR}/deploy/debian/postinst
    ${CMAKE_SOURCE_DIR}/deploy/debian/prerm ${CMAKE_SOURCE_DIR}/deploy/debian/postrm)
include(CPack)
